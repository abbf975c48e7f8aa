// What our domain asks of a node for its users: items of kinds `subscribe` and `unsubscribe` on their way to
// it, and the feed's token (docs/envelope.md, 3.3).
#pragma once

#include <optional>
#include <string>

#include "bridge/node/mail_drop.hpp"

namespace immp::bridge {

/// The feed's token. It follows from the store's secret, since each later question about the feed must bring
/// it again, and nothing of it is stored.
[[nodiscard]] Result<std::string> feed_token(Transaction& transaction, const std::string& feed);

/// Asks for the feed's items behind `after`; for a node that is not open in the name of that user. Into the
/// outbox.
[[nodiscard]] Result<void> queue_wish(Transaction& transaction, const DropContext& context,
                                      const FeedRow& feed, std::uint64_t after,
                                      const std::optional<Wisher>& user = std::nullopt);

/// Ends the feed, or that user's subscription.
[[nodiscard]] Result<void> queue_end(Transaction& transaction, const DropContext& context,
                                     const FeedRow& feed, const std::optional<Wisher>& user = std::nullopt);

/// An account took its subscription back. The feed ends with its last, and the node's domain is told.
[[nodiscard]] Result<void> end_subscription(Transaction& transaction, const DropContext& context,
                                            const FeedRow& feed, const Wisher& user);

}  // namespace immp::bridge
