#include "bridge/node/sharing.hpp"

#include <algorithm>

#include "bridge/wire/imid.hpp"

namespace immp::bridge {
namespace {

/// A mailbox or a folder of it, to share or look at.
struct SharedPlace {
    Reach reach;
    std::optional<FolderId> folder;  ///< none: the whole
    bool is_mailbox = false;         ///< nobody's own
};

Result<SharedPlace> place_of(Transaction& transaction, const std::string& account, const std::string& owner,
                             const std::string& path) {
    auto reach = reach_of(transaction, account, owner);
    if (!reach) return std::unexpected(std::move(reach.error()));
    const auto is_mailbox = transaction.shares().is_mailbox(reach->owner);
    if (!is_mailbox) return std::unexpected(is_mailbox.error());
    if (path.empty() && reach->seat.empty()) return SharedPlace{std::move(*reach), std::nullopt, *is_mailbox};
    auto site = site_of(transaction, std::move(*reach), path, Right::read);
    if (!site) return std::unexpected(std::move(site.error()));
    return SharedPlace{std::move(site->reach), site->folder.id, *is_mailbox};
}

std::string local_of(const std::string& account) {
    return account.substr(0, account.find('@'));
}

/// `helpdesk@a` and `alice@a`: `helpdesk/alice@a`.
std::string seat_name(const std::string& mailbox, const std::string& member) {
    const std::size_t at = mailbox.find('@');
    return mailbox.substr(0, at) + "/" + local_of(member) + mailbox.substr(at);
}

/// The folder that is the member's seat; one that is there is his again. 409 where a node has its name.
Result<void> make_seat(Transaction& transaction, AccountId mailbox, const std::string& seat,
                       const std::string& member) {
    const auto node = transaction.nodes().find(seat);
    if (!node) return std::unexpected(node.error());
    if (*node) return fail(409, "There is a node with the name of the seat, " + seat);
    for (const std::string& path : {std::string(kSeats), std::string(kSeats) + "/" + local_of(member)}) {
        const auto made = transaction.mailboxes().create_folder(mailbox, path);
        if (!made && made.error().code != 409) return std::unexpected(made.error());
    }
    return {};
}

Rights rights_of(const std::vector<Share>& shares, const std::string& member) {
    const auto found = std::ranges::find(shares, member, &Share::member);
    return found == shares.end() ? Rights() : found->rights;
}

/// 400 for rights that a place does not have.
Result<void> check_rights(const SharedPlace& place, Rights rights) {
    if (place.folder && (rights.has(Right::send) || rights.has(Right::own)))
        return fail(400, "SEND and OWN are rights to a whole mailbox");
    if (!place.is_mailbox && rights.has(Right::own))
        return fail(400, "An account owns its mailbox alone; OWN is for shared mailboxes");
    return {};
}

/// 403 where nobody would be left to give rights.
Result<void> check_owners(const SharedPlace& place, const std::vector<Share>& shares,
                          const std::string& member, Rights rights) {
    if (place.folder || !place.is_mailbox || rights.has(Right::own)) return {};
    const auto owners =
        std::ranges::count_if(shares, [](const Share& share) { return share.rights.has(Right::own); });
    if (owners == 1 && rights_of(shares, member).has(Right::own))
        return fail(403, "The last owner stays: make another one first");
    return {};
}

/// Who is to have rights: an account of this domain, not a shared mailbox. 404.
Result<AccountId> member_of(Transaction& transaction, const std::string& name) {
    const auto account = transaction.accounts().find(name);
    if (!account) return std::unexpected(account.error());
    const auto is_mailbox = transaction.shares().is_mailbox(account->value_or(0));
    if (!is_mailbox) return std::unexpected(is_mailbox.error());
    if (!*account || *is_mailbox) return fail(404, "No such account");
    return **account;
}

Result<Shared> give(Transaction& transaction, const SharedPlace& place, const ShareMailbox& request,
                    AccountId member) {
    auto given = transaction.shares().give(place.reach.owner, place.folder, member, request.rights);
    if (!given) return std::unexpected(std::move(given.error()));
    Shared shared{request.rights, {}};
    if (place.folder || !place.is_mailbox || request.rights.empty()) return shared;
    shared.seat = seat_name(place.reach.shown, request.member);
    if (auto made = make_seat(transaction, place.reach.owner, shared.seat, request.member); !made)
        return std::unexpected(std::move(made.error()));
    return shared;
}

}  // namespace

Result<Shared> share_mailbox(Transaction& transaction, const ShareMailbox& request) {
    const auto place = place_of(transaction, request.account, request.owner, request.path);
    if (!place) return std::unexpected(place.error());
    const std::string path = place->folder ? request.path : std::string();
    // Whoever has rights may give them up.
    const bool is_leaving = request.member == request.account && request.rights.empty();
    if (const auto inside = place->reach.inside(path); !is_leaving) {
        if (!inside) return std::unexpected(inside.error());
        if (auto allowed = place->reach.allow(*inside, Right::own); !allowed)
            return std::unexpected(std::move(allowed.error()));
    }
    if (auto fits = check_rights(*place, request.rights); !fits)
        return std::unexpected(std::move(fits.error()));
    const auto member = member_of(transaction, request.member);
    if (!member) return std::unexpected(member.error());
    if (*member == place->reach.owner) return fail(400, "It is that account's own");
    const auto shares = transaction.shares().given(place->reach.owner, place->folder);
    if (!shares) return std::unexpected(shares.error());
    if (request.rights.empty() && rights_of(*shares, request.member).empty())
        return fail(404, "No right is given to that account here");
    if (auto kept = check_owners(*place, *shares, request.member, request.rights); !kept)
        return std::unexpected(std::move(kept.error()));
    return give(transaction, *place, request, *member);
}

Result<ShareList> list_shares(Transaction& transaction, const ListShares& request) {
    const auto place = place_of(transaction, request.account, request.owner, request.path);
    if (!place) return std::unexpected(place.error());
    const auto inside = place->reach.inside(request.path);
    if (!inside) return std::unexpected(inside.error());
    if (auto allowed = place->reach.allow(*inside, Right::own); !allowed)
        return std::unexpected(std::move(allowed.error()));
    auto shares = transaction.shares().given(place->reach.owner, place->folder);
    if (!shares) return std::unexpected(std::move(shares.error()));
    ShareList list;
    for (Share& share : *shares)
        list.push_back({std::move(share.member), share.rights});
    return list;
}

Result<ShareList> list_held_shares(Transaction& transaction, const ListHeldShares& request) {
    const auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    auto shares = transaction.shares().held(*account);
    if (!shares) return std::unexpected(std::move(shares.error()));
    ShareList list;
    for (const Share& share : *shares)
        list.push_back({share.owner + share.path, share.rights});
    return list;
}

Result<Done> add_owner(Transaction& transaction, const std::string& mailbox, const std::string& account) {
    const auto owner = transaction.accounts().find(mailbox);
    if (!owner) return std::unexpected(owner.error());
    const auto is_mailbox = transaction.shares().is_mailbox(owner->value_or(0));
    if (!is_mailbox) return std::unexpected(is_mailbox.error());
    if (!*is_mailbox) return fail(404, mailbox + " is no shared mailbox here");
    const auto member = member_of(transaction, account);
    if (!member && member.error().code == 404) return fail(404, account + " is no account here");
    if (!member) return std::unexpected(member.error());
    auto given = transaction.shares().give(**owner, std::nullopt, *member, Rights::all());
    if (given) given = make_seat(transaction, **owner, seat_name(mailbox, account), account);
    if (!given) return std::unexpected(std::move(given.error()));
    return Done{};
}

Result<Writer> writer_of(Transaction& transaction, const Submit& request) {
    const auto self = session_account(transaction, request.account);
    if (!self) return std::unexpected(self.error());
    if (request.from.empty()) return Writer{*self, request.account, request.account, false};
    const auto imid = parse_imid(request.from);
    if (!imid) return std::unexpected(imid.error());
    if (imid->account() == request.account) return Writer{*self, request.account, request.from, false};
    const auto reach = reach_of(transaction, request.account, imid->account());
    if (!reach && reach.error().code != 404) return std::unexpected(reach.error());
    const bool is_his_seat = reach && (reach->seat.empty() || reach->seat == local_of(request.account));
    if (!is_his_seat || !reach->at("").has(Right::send)) return fail(403, "Not your address");
    return Writer{reach->owner, reach->shown, request.from, true};
}

Result<std::optional<Addressee>> addressee_of(Transaction& transaction, const Imid& recipient) {
    const std::size_t slash = recipient.local.find('/');
    const std::string name = recipient.local.substr(0, slash) + "@" + recipient.domain;
    const auto account = transaction.accounts().find(name);
    if (!account) return std::unexpected(account.error());
    if (!*account) return std::nullopt;
    if (slash == recipient.local.npos) return Addressee{**account, std::string(kInbox)};
    const std::string seat = recipient.local.substr(slash + 1);
    const auto member = transaction.accounts().find(seat + "@" + recipient.domain);
    if (!member) return std::unexpected(member.error());
    const auto is_mailbox = transaction.shares().is_mailbox(**account);
    if (!is_mailbox) return std::unexpected(is_mailbox.error());
    if (!*member || !*is_mailbox) return std::nullopt;
    const auto grants = transaction.shares().grants(**account, **member);
    if (!grants) return std::unexpected(grants.error());
    if (std::ranges::find(*grants, "", &Grant::path_key) == grants->end()) return std::nullopt;
    const std::string top = std::string(kSeats) + "/" + seat;
    const auto folder = transaction.mailboxes().folder(**account, top);
    if (!folder) return std::unexpected(folder.error());
    return Addressee{**account, *folder ? top : std::string(kInbox)};
}

}  // namespace immp::bridge
