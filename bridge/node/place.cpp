#include "bridge/node/place.hpp"

#include "bridge/store/folder_key.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {
namespace {

bool is_at_or_below(std::string_view key, std::string_view top) {
    return key.starts_with(top) && (key.size() == top.size() || key[top.size()] == '/');
}

/// `helpdesk/alice@a`: the mailbox, and whose seat. Only a shared mailbox has seats.
struct Named {
    std::string mailbox;
    std::string seat;
};

Named read_name(const std::string& owner) {
    const auto imid = parse_imid(owner);
    if (!imid) return {owner, {}};
    const std::size_t slash = imid->local.find('/');
    if (slash == imid->local.npos) return {imid->account(), {}};
    return {imid->local.substr(0, slash) + "@" + imid->domain, imid->local.substr(slash + 1)};
}

}  // namespace

Result<AccountId> account_or(Transaction& transaction, const std::string& imid,
                             std::unexpected<Error> refusal) {
    auto account = transaction.accounts().find(imid);
    if (!account) return std::unexpected(std::move(account.error()));
    if (!*account) return refusal;
    return **account;
}

Result<AccountId> account_of(Transaction& transaction, const std::string& imid) {
    return account_or(transaction, imid, fail(404, "No such mailbox"));
}

Result<AccountId> session_account(Transaction& transaction, const std::string& imid) {
    return account_or(transaction, imid, fail(403, "This account is gone"));
}

Rights Reach::at(std::string_view path) const {
    if (!member) return Rights::all();
    const std::string key = folder_key(path);
    Rights rights;
    for (const Grant& grant : grants)
        if (is_at_or_below(key, grant.path_key)) rights = rights.with(grant.rights);
    return rights;
}

Result<std::string> Reach::inside(const std::string& path) const {
    if (seat.empty()) return path;
    std::string top = std::string(kSeats) + "/" + seat;
    if (path.empty()) return top;
    if (!is_at_or_below(folder_key(path), folder_key(kInbox))) return no_such_folder();
    return top + path.substr(kInbox.size());
}

Result<void> Reach::allow(std::string_view path, Right needed) const {
    const Rights rights = at(path);
    if (!rights.has(Right::read)) return no_such_folder();
    if (!rights.has(needed)) return fail(403, "You have no right to that here");
    return {};
}

Result<Reach> reach_of(Transaction& transaction, const std::string& account, const std::string& owner) {
    const auto self = account_of(transaction, account);
    if (!self) return std::unexpected(self.error());
    if (owner.empty() || owner == account) return Reach{*self, {}, {}, {}, {}};
    Named named = read_name(owner);
    const auto found = transaction.accounts().find(named.mailbox);
    if (!found) return std::unexpected(found.error());
    if (!*found || **found == *self) return no_such_folder();
    auto grants = transaction.shares().grants(**found, *self);
    if (!grants) return std::unexpected(std::move(grants.error()));
    if (grants->empty()) return no_such_folder();
    if (!named.seat.empty()) {
        const auto is_shared = transaction.shares().is_mailbox(**found);
        if (!is_shared) return std::unexpected(is_shared.error());
        if (!*is_shared) return no_such_folder();
    }
    return Reach{**found, *self, std::move(named.mailbox), std::move(named.seat), std::move(*grants)};
}

Result<Site> site_of(Transaction& transaction, Reach reach, const std::string& path, Right needed) {
    const auto inside = reach.inside(path);
    if (!inside) return std::unexpected(inside.error());
    if (auto allowed = reach.allow(*inside, needed); !allowed)
        return std::unexpected(std::move(allowed.error()));
    auto folder = transaction.mailboxes().folder(reach.owner, *inside);
    if (!folder) return std::unexpected(std::move(folder.error()));
    if (!*folder) return no_such_folder();
    return Site{std::move(reach), std::move(**folder)};
}

Result<Site> site_of(Transaction& transaction, const std::string& account, const std::string& owner,
                     const std::string& path, Right needed) {
    auto reach = reach_of(transaction, account, owner);
    if (!reach) return std::unexpected(std::move(reach.error()));
    return site_of(transaction, std::move(*reach), path, needed);
}

std::string parent_of(std::string_view path) {
    return std::string(path.substr(0, path.rfind('/')));
}

}  // namespace immp::bridge
