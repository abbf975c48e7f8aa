// What is done by the clock: leases, keys, notices of delay, the horizon, and what nobody needs any more.
#pragma once

#include "bridge/node/key_ring.hpp"
#include "bridge/node/services.hpp"
#include "bridge/session/request.hpp"

namespace immp::bridge {

/// Pieces of a bundle that nobody went on with are dropped after this long; dedupe rows and receipts are kept
/// longer than any bundle may travel (decisions, 7).
inline constexpr std::chrono::days kPiecesKept{2};
inline constexpr std::chrono::days kDedupeKept{30};
inline constexpr std::chrono::hours kUnusedBodiesKept{24};
inline constexpr std::chrono::days kPeerUsersKept{7};
/// Longer than the longest VACATION-DAYS.
inline constexpr std::chrono::days kAnswersKept{366};

enum class Upkeep {
    done,
    more,  ///< a bound was reached: another round should follow soon
};

/// One round, a write transaction's work: cheap when there is nothing to do, and bounded, so that whoever
/// waits for the store is not held up. Rows that travel in a bundle are left to its receipt.
[[nodiscard]] Result<Upkeep> keep_house(Transaction& transaction, const NodeServices& services);

}  // namespace immp::bridge
