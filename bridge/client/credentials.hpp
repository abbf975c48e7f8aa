// What `immp login` keeps: for each account a device secret, never the password; of one through XMPP, the
// XMPP password.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/password.hpp"
#include "armor/secret.hpp"
#include "bridge/client/failure.hpp"
#include "bridge/client/greeting.hpp"
#include "bridge/client/private_file.hpp"

namespace immp::bridge::client {

/// How an account is reached.
enum class Way {
    listener,  ///< its server's listener, with the device's secret
    xmpp,      ///< the user's XMPP account, with its password
};

struct StoredAccount {
    std::string account;  ///< prepared IMID
    Way way = Way::listener;
    std::string server;  ///< HOST:PORT as the user gave it; empty: found by DNS each time
    TlsStart start = TlsStart::ask;
    std::string ca_file;  ///< absolute path, or empty
    std::string device;
    armor::SecretText secret;      ///< the device's, or the XMPP account's
    armor::Argon2Cost seen{0, 0};  ///< the dearest challenge answered so far

    [[nodiscard]] StoredAccount clone() const;
};

/// $IMMP_HOME, $XDG_CONFIG_HOME/immp or ~/.config/immp. ExitStatus::configuration where none of the variables
/// is set.
[[nodiscard]] Outcome<std::filesystem::path> credentials_folder();

class Credentials {
  public:
    explicit Credentials(std::filesystem::path folder);

    /// All accounts, in the order of their first login; none where there is no file yet.
    /// ExitStatus::configuration for a file that others may read or that cannot be understood.
    [[nodiscard]] Outcome<std::vector<StoredAccount>> list() const;
    /// The account named, or the only one if `account` is empty. ExitStatus::configuration says what to do.
    [[nodiscard]] Outcome<StoredAccount> find(std::string_view account) const;
    /// Adds or replaces. On return it is on the disk; ExitStatus::cannot_create otherwise.
    [[nodiscard]] Outcome<void> save(StoredAccount account);
    /// No failure where it is not there.
    [[nodiscard]] Outcome<void> remove(std::string_view account);

  private:
    [[nodiscard]] Outcome<void> write(const std::vector<StoredAccount>& accounts);

    PrivateFile file_;
};

}  // namespace immp::bridge::client
