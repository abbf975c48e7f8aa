// How much a mailbox holds, and taking out of it by lease.
#pragma once

#include "bridge/node/reading.hpp"
#include "bridge/session/request.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

/// How long a FETCH +REMOVE hides a message that nobody commits (decisions, 5).
inline constexpr std::chrono::seconds kTakenFor{300};
/// How long after its end the repeat of a COMMIT is still known.
inline constexpr std::chrono::days kCommittedKept{1};

/// `unset` is the daemon's own limit for accounts without one; 0: none.
[[nodiscard]] Result<QuotaStatus> quota_of(Transaction& transaction, const AskQuota& request,
                                           std::uint64_t unset);
/// Whether so many octets of a message, with what it counts for beside, still fit.
[[nodiscard]] bool has_room(const Usage& usage, std::uint64_t octets, std::uint64_t unset);
[[nodiscard]] Result<bool> has_room(Transaction& transaction, AccountId account, std::uint64_t octets,
                                    std::uint64_t unset);

/// A random token (docs/protocol.md, Taking).
[[nodiscard]] std::string new_lease();
/// find_message, and its reference is taken under `lease`; marked read first where the request marks.
[[nodiscard]] Result<FoundMessage> take_message(Transaction& transaction, const FetchMessage& request,
                                                const std::string& lease, Time now);
[[nodiscard]] Result<Done> commit_lease(Transaction& transaction, const CommitLease& request, Time now);

}  // namespace immp::bridge
