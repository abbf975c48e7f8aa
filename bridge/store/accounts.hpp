// Accounts, their credentials and devices (decisions, 3), and the settings of the store itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "armor/password.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

using AccountId = std::int64_t;

/// What is stored of a password or device secret: never more than what verifies it.
struct StoredCredential {
    armor::Argon2Cost cost;
    armor::ScramKeys keys;
    /// h itself, as good as the password: only where the draft's K is allowed for the account.
    std::optional<armor::StretchedPassword> hash{};
    bool of_device = false;  ///< when read: a device's own, not the password's
};

/// What a challenge tells of a credential.
struct LoginSetting {
    armor::Argon2Cost cost;
    bool has_hash = false;  ///< `sha1` stands in k=

    bool operator==(const LoginSetting&) const = default;
};

/// A device that logged in, or that has a secret of its own.
struct Device {
    std::string name;
    bool own_secret = false;
    std::optional<Time> last_seen;
};

class Accounts {
  public:
    virtual ~Accounts() = default;
    /// `imid` is a prepared bare IMID. Makes the default folders INBOX, DRAFTS, SENT, JUNK, TRASH. 409 if
    /// there.
    [[nodiscard]] virtual Result<AccountId> add(std::string_view imid, Time now) = 0;
    [[nodiscard]] virtual Result<std::optional<AccountId>> find(std::string_view imid) = 0;
    /// Removes the account with its folders, references, credentials, rights. 404, for a shared mailbox too.
    [[nodiscard]] virtual Result<void> remove(std::string_view imid) = 0;
    /// Without shared mailboxes.
    [[nodiscard]] virtual Result<std::vector<std::string>> list() = 0;

    /// `device` empty: the account's password. What was stored for that name is gone, its hash too.
    [[nodiscard]] virtual Result<void> set_credential(AccountId account, std::string_view device,
                                                      const StoredCredential& credential, Time now) = 0;
    /// The device's own credential, else the password's; nothing if there is neither.
    [[nodiscard]] virtual Result<std::optional<StoredCredential>> credential(AccountId account,
                                                                             std::string_view device) = 0;
    /// The different settings in use, for answering unknown accounts alike. Sorted by memory, passes, hash;
    /// empty while there is no credential.
    [[nodiscard]] virtual Result<std::vector<LoginSetting>> settings_in_use() = 0;
    /// A login without a device name leaves no trace in the list.
    [[nodiscard]] virtual Result<void> record_login(AccountId account, std::string_view device, Time now) = 0;
    [[nodiscard]] virtual Result<std::vector<Device>> devices(AccountId account) = 0;
    /// 404 if there is no such device.
    [[nodiscard]] virtual Result<void> revoke(AccountId account, std::string_view device) = 0;

    /// Settings of the store: "secret" (32 octets made with the file) and others later.
    [[nodiscard]] virtual Result<std::optional<Bytes>> setting(std::string_view name) = 0;
    [[nodiscard]] virtual Result<void> set_setting(std::string_view name, ByteView value) = 0;
};

}  // namespace immp::bridge
