#include "bridge/node/keeping.hpp"

#include "armor/hex.hpp"
#include "armor/random.hpp"
#include "bridge/node/place.hpp"

namespace immp::bridge {
namespace {

constexpr std::size_t kLeaseBytes = 16;

std::optional<std::uint64_t> limit_of(const Usage& usage, std::uint64_t unset) {
    if (usage.limit_bytes) return usage.limit_bytes;
    if (unset == 0) return std::nullopt;
    return unset;
}

}  // namespace

Result<QuotaStatus> quota_of(Transaction& transaction, const AskQuota& request, std::uint64_t unset) {
    const auto reach = reach_of(transaction, request.account, request.owner);
    if (!reach) return std::unexpected(reach.error());
    if (!reach->seat.empty() || !reach->at("").has(Right::read)) return fail(404, "No such mailbox");
    const auto usage = transaction.quotas().usage(reach->owner);
    if (!usage) return std::unexpected(usage.error());
    return QuotaStatus{usage->used_bytes, limit_of(*usage, unset)};
}

bool has_room(const Usage& usage, std::uint64_t octets, std::uint64_t unset) {
    const auto limit = limit_of(usage, unset);
    return !limit || usage.used_bytes + octets + kMessageOverheadBytes <= *limit;
}

Result<bool> has_room(Transaction& transaction, AccountId account, std::uint64_t octets,
                      std::uint64_t unset) {
    const auto usage = transaction.quotas().usage(account);
    if (!usage) return std::unexpected(usage.error());
    return has_room(*usage, octets, unset);
}

std::string new_lease() {
    return armor::encode_hex(armor::random_bytes(kLeaseBytes));
}

Result<FoundMessage> take_message(Transaction& transaction, const FetchMessage& request,
                                  const std::string& lease, Time now) {
    auto found = find_message(transaction, request);
    if (!found) return found;
    if (request.mark_read && !found->was_read) {
        auto marked = transaction.mailboxes().mark(found->view, request.uuid, Mark::read);
        if (!marked) return std::unexpected(std::move(marked.error()));
    }
    auto taken = transaction.leases().take(lease, found->view, request.uuid, now + kTakenFor);
    if (!taken) return std::unexpected(std::move(taken.error()));
    return found;
}

Result<Done> commit_lease(Transaction& transaction, const CommitLease& request, Time now) {
    const auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    const auto leased = transaction.leases().find(request.lease, *account);
    if (!leased) return std::unexpected(leased.error());
    if (*leased && (*leased)->owner != *account) {
        // Whoever lost his right meanwhile removes nothing.
        auto grants = transaction.shares().grants((*leased)->owner, *account);
        if (!grants) return std::unexpected(std::move(grants.error()));
        const Reach reach{(*leased)->owner, *account, {}, {}, std::move(*grants)};
        if (!reach.at((*leased)->path).has(Right::write)) return fail(410, "The lease has ended");
    }
    auto committed = transaction.leases().commit(request.lease, *account, now);
    if (!committed) return std::unexpected(std::move(committed.error()));
    return Done{};
}

}  // namespace immp::bridge
