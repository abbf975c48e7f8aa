#include "bridge/node/xmpp_entrance.hpp"

#include "bridge/mail/settings.hpp"
#include "bridge/node/account_name.hpp"
#include "bridge/node/preferences.hpp"

namespace immp::bridge {
namespace {

/// None where there is no such account.
Result<std::optional<AccountId>> judge(Transaction& transaction, const std::string& name) {
    auto account = transaction.accounts().find(name);
    if (!account) return std::unexpected(std::move(account.error()));
    if (!*account) return account;
    auto shared = transaction.shares().is_mailbox(**account);
    if (!shared) return std::unexpected(std::move(shared.error()));
    if (*shared) return fail(403, name + " is a shared mailbox, into which nobody logs in");
    auto password = transaction.accounts().credential(**account, "");
    if (!password) return std::unexpected(std::move(password.error()));
    if (!*password) return account;
    auto setting = setting_of(transaction, **account, kXmppSetting);
    if (!setting) return std::unexpected(std::move(setting.error()));
    if (*setting == "ON") return account;
    return fail(403,
                "This account has a password of its own; log in with it once and allow XMPP: immp login " +
                    name + ", then immp settings XMPP=ON, then immp login --xmpp " + name);
}

Result<AccountId> make(Transaction& transaction, const std::string& name, Time now) {
    // Two sessions may begin at once.
    auto known = judge(transaction, name);
    if (!known) return std::unexpected(std::move(known.error()));
    return *known ? **known : transaction.accounts().add(name, now);
}

void make_account(const NodeServices& services, const std::string& name, Callback<AccountId> done) {
    if (services.new_accounts == NewAccounts::refused)
        return done(fail(403, name + " has no mailbox here; the administrator makes it (immpd account add " +
                                  name +
                                  "), or lets all users have one (accounts = \"open\" in immpd.toml)"));
    if (const auto allowed = account_name(name, services.domain); !allowed)
        return done(fail(403, allowed.error().text));
    services.store.write<AccountId>(
        [name, now = services.now()](Transaction& transaction) { return make(transaction, name, now); },
        [log = services.log, done = std::move(done)](Result<AccountId> made) mutable {
            if (made) log(LogLevel::info, "an account was made at its first session through XMPP");
            done(std::move(made));
        });
}

}  // namespace

void admit_user(const NodeServices& services, AdmitUser request, Callback<AccountId> done) {
    const std::string name = std::move(request.account);
    services.store.read<std::optional<AccountId>>(
        [name](Transaction& transaction) { return judge(transaction, name); },
        [name, &services, done = std::move(done)](Result<std::optional<AccountId>> known) mutable {
            if (!known) return done(std::unexpected(std::move(known.error())));
            if (*known) return done(**known);
            make_account(services, name, std::move(done));
        });
}

}  // namespace immp::bridge
