// Who is logged in: a session lasts no longer than what let it in. All on the I/O thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "bridge/node/services.hpp"

namespace immp::bridge {

struct Login {
    std::string account;               ///< prepared IMID
    std::string device;                ///< whose own secret was proved; empty: the password, or XMPP
    AccountId id = 0;                  ///< of the account then
    std::function<void(Error)> ended;  ///< told 401, perhaps more than once; must not remove() at once
};
using LoginPtr = std::shared_ptr<Login>;

/// All logins of a node, by account.
class Logins {
  public:
    /// The services outlive it.
    explicit Logins(const NodeServices& services) : services_(services) {}

    /// In the order of the commits: what is revoked behind it ends it.
    void add(const LoginPtr& login);
    /// The session has ended.
    void remove(const LoginPtr& login);
    /// The device's secret is gone.
    void on_revoked(const std::string& account, const std::string& device);
    /// Another process has changed accounts: those whose account is gone end, also where one of the same name
    /// was made since.
    void look_again();

  private:
    using Accounts = std::map<std::string, AccountId, std::less<>>;

    void judge(const Accounts& there);

    const NodeServices& services_;
    std::multimap<std::string, LoginPtr, std::less<>> logins_;
};

}  // namespace immp::bridge
