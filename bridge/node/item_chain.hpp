// Whether a node's items follow one another (docs/protocol.md, 19): by their numbers, and by each one's
// digest of the one before.
#pragma once

#include <string>

#include "bridge/node/services.hpp"

namespace immp::bridge {

/// An item that comes, before it is added to its feed.
struct ChainLink {
    std::uint64_t sequence = 0;
    std::string previous;  ///< 64 hex; empty in the first
    std::string digest;    ///< its own
};

/// `gap`, `edited` or empty. The feed as it was before.
[[nodiscard]] Result<std::string> judge_chain(Transaction& transaction, const FeedRow& feed,
                                              const ChainLink& link);

/// The item stands where one was missing: what is said of the next one is mended.
[[nodiscard]] Result<void> mend_next(Transaction& transaction, const FeedRow& feed, const ChainLink& link);

}  // namespace immp::bridge
