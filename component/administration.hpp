// What the administrator does from the shell, beside a running daemon or without one: accounts, keys, pins.
// Each opens the store, does one thing and closes it; the store's own transactions keep it apart from the
// daemon.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "armor/error.hpp"
#include "armor/secret.hpp"
#include "bridge/node/login.hpp"
#include "bridge/store/store.hpp"
#include "component/config.hpp"

namespace immp::component {

struct OwnKeyLine {
    std::uint64_t serial = 0;
    std::string fingerprint;
    bridge::Time made;
    bool in_use = false;
};

struct MailboxLine {
    std::string address;
    std::vector<bridge::Share> members;  ///< of the whole mailbox, by name
};

/// Of the record in question: the offered one where there is one, else the pinned one.
[[nodiscard]] std::string pin_fingerprint(const bridge::Pin& pin);

class Administration {
  public:
    /// Opens the store of `config`; 702 with one line for the administrator.
    [[nodiscard]] static Result<Administration> open(const Config& config);
    ~Administration();
    Administration(Administration&&) noexcept;
    Administration& operator=(Administration&&) = delete;

    /// Makes the account, with `password` or a generated secret; returns what logs in. 400 for an address
    /// that is no IMID of our domain or reserved, 409 if there.
    [[nodiscard]] Result<armor::SecretText> add_account(std::string_view address,
                                                        std::optional<armor::SecretText> password,
                                                        bridge::DraftLogin draft);
    /// Another password of an account, or the first of one that was made through XMPP; devices with secrets
    /// of their own stay. Returns what logs in. 400, 403 for a shared mailbox, 404.
    [[nodiscard]] Result<armor::SecretText> set_password(std::string_view address,
                                                         std::optional<armor::SecretText> password,
                                                         bridge::DraftLogin draft);
    [[nodiscard]] Result<std::vector<std::string>> accounts();
    /// How many octets its mailbox may hold; none: what the configuration says. 404.
    [[nodiscard]] Result<void> set_quota(std::string_view address, std::optional<std::uint64_t> bytes);
    /// 404.
    [[nodiscard]] Result<void> remove_account(std::string_view address);

    /// A shared mailbox with its first owner. 400, 404 for an owner who is no account, 409 if the name is
    /// taken.
    [[nodiscard]] Result<void> add_mailbox(std::string_view address, std::string_view owner);
    /// Another owner. 404 for either.
    [[nodiscard]] Result<void> add_owner(std::string_view address, std::string_view owner);
    /// With all its mail. 404.
    [[nodiscard]] Result<void> remove_mailbox(std::string_view address);
    /// Each shared mailbox with who may do what in it.
    [[nodiscard]] Result<std::vector<MailboxLine>> mailboxes();

    /// The server's list of blocked senders (docs/protocol.md, Blocked senders). 400 for a pattern that is
    /// none, 409 if it is there, 413 if the list is full.
    [[nodiscard]] Result<void> add_block(std::string_view pattern, bridge::BlockAction action,
                                         std::string reason, std::optional<std::chrono::seconds> lasting);
    /// 404.
    [[nodiscard]] Result<void> drop_block(std::string_view pattern);
    [[nodiscard]] Result<std::vector<bridge::Block>> blocks();

    /// Our keys, oldest first; made first where there are none yet.
    [[nodiscard]] Result<std::vector<OwnKeyLine>> keys();
    /// A new signing key, the one that the last record committed to. A running daemon takes it up within the
    /// hour.
    [[nodiscard]] Result<void> rotate_keys();

    [[nodiscard]] Result<std::vector<bridge::Pin>> pins();
    /// Takes the offered record as the pinned one, or confirms the pin there is. 404.
    [[nodiscard]] Result<void> accept_pin(std::string_view domain);

  private:
    class Impl;
    explicit Administration(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace immp::component
