#include "bridge/node/keeping.hpp"

#include "bridge/node/place.hpp"

namespace immp::bridge {
namespace {

std::optional<std::uint64_t> limit_of(const Usage& usage, std::uint64_t unset) {
    if (usage.limit_bytes) return usage.limit_bytes;
    if (unset == 0) return std::nullopt;
    return unset;
}

}  // namespace

Result<QuotaStatus> quota_of(Transaction& transaction, const AskQuota& request, std::uint64_t unset) {
    const auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    const auto usage = transaction.quotas().usage(*account);
    if (!usage) return std::unexpected(usage.error());
    return QuotaStatus{usage->used_bytes, limit_of(*usage, unset)};
}

Result<bool> has_room(Transaction& transaction, AccountId account, std::uint64_t octets,
                      std::uint64_t unset) {
    const auto usage = transaction.quotas().usage(account);
    if (!usage) return std::unexpected(usage.error());
    const auto limit = limit_of(*usage, unset);
    return !limit || usage->used_bytes + octets + kMessageOverheadBytes <= *limit;
}

Result<FoundMessage> take_message(Transaction& transaction, const FetchMessage& request,
                                  const std::string& lease, Time now) {
    auto found = find_message(transaction, request);
    if (!found) return found;
    if (request.mark_read && !found->was_read) {
        auto marked = transaction.mailboxes().mark(found->folder, request.uuid, Mark::read);
        if (!marked) return std::unexpected(std::move(marked.error()));
    }
    auto taken = transaction.leases().take(lease, found->folder, request.uuid, now + kTakenFor);
    if (!taken) return std::unexpected(std::move(taken.error()));
    return found;
}

Result<Done> commit_lease(Transaction& transaction, const CommitLease& request, Time now) {
    const auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    auto committed = transaction.leases().commit(request.lease, *account, now);
    if (!committed) return std::unexpected(std::move(committed.error()));
    return Done{};
}

}  // namespace immp::bridge
