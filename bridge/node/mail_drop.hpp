// A message into the mailboxes of this domain: the same for what a local user submits and what another domain
// sends.
#pragma once

#include <optional>
#include <string>

#include "bridge/node/blocking.hpp"
#include "bridge/node/sharing.hpp"
#include "bridge/session/request.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

/// Files one message for several recipients in one transaction, storing it at the first who takes it.
class MailDrop {
  public:
    /// All outlive the drop. The parts' bodies are in the store already.
    /// `mailbox_bytes`: NodeLimits::mailbox_bytes.
    MailDrop(Transaction& transaction, const Message& message, std::function<std::string()> uuid, Time now,
             std::uint64_t mailbox_bytes)
        : transaction_(transaction),
          message_(message),
          uuid_(std::move(uuid)),
          now_(now),
          mailbox_bytes_(mailbox_bytes) {}

    /// 275, or the refusal of this recipient (451 no such mailbox, 410 expired, 452 or 455 blocked; for now:
    /// 441 mailbox full); an Error is the store's.
    [[nodiscard]] Result<RecipientOutcome> drop(const Imid& recipient);
    /// A copy for SENT, read: by the mailbox's own account, or by the `member` who writes in its name. False
    /// where the mailbox is full: the message goes all the same, for a mailbox that is full must not keep its
    /// owner from writing.
    [[nodiscard]] Result<bool> keep_copy(AccountId account, std::optional<AccountId> member = std::nullopt);
    /// The stored message, storing it now if nobody took it yet.
    [[nodiscard]] Result<MessageId> stored();

  private:
    [[nodiscard]] Result<bool> fits(AccountId account);
    [[nodiscard]] Result<FolderId> folder_for(const Addressee& addressee, const std::string& tag);
    [[nodiscard]] Result<FolderId> default_folder(AccountId account, std::string_view path);
    [[nodiscard]] Result<std::optional<Verdict>> judge(AccountId account, const Imid& recipient);
    [[nodiscard]] Result<RecipientOutcome> turn_away(AccountId account, const std::string& name,
                                                     const Verdict& verdict);

    Transaction& transaction_;
    const Message& message_;
    std::function<std::string()> uuid_;
    const Time now_;
    const std::uint64_t mailbox_bytes_;
    std::optional<MessageId> stored_;
};

}  // namespace immp::bridge
