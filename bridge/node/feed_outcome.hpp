// What another domain's receipt says of an item that belongs to a subscription.
#pragma once

#include "bridge/node/services.hpp"

namespace immp::bridge {

/// Whether the refusal ends the row, which others would try again: there is no such node, or nobody wants its
/// items any more.
[[nodiscard]] Result<bool> is_feed_end(Transaction& transaction, const OutboxRow& row, int code);

/// The row ends with this refusal, or because its time is over. True where it belongs to a subscription: then
/// the feed ends with it where it has to, and nobody gets a bounce.
[[nodiscard]] Result<bool> end_feed_row(Transaction& transaction, const NodeServices& services,
                                        const OutboxRow& row, int code);

}  // namespace immp::bridge
