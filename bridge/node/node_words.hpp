// What a node says to the domains that take its items: what it is, who may have them, the items themselves.
#pragma once

#include <vector>

#include "bridge/node/mail_drop.hpp"
#include "bridge/node/services.hpp"

namespace immp::bridge {

/// The node's word, with what was decided about these people (of that domain, with a subscription). Into the
/// outbox.
[[nodiscard]] Result<void> queue_word(Transaction& transaction, const NodeServices& services,
                                      const NodeRow& node, const Follower& follower,
                                      const std::vector<NodePerson>& decided);

/// The items behind `after` that are kept; 20 where it is 0.
[[nodiscard]] Result<void> queue_items(Transaction& transaction, const NodeServices& services,
                                       const NodeRow& node, const Follower& follower, std::uint64_t after);

/// Something for this feed, of another domain, is through or given up. The newest item follows where it was
/// left out because too much waited, and nothing does any more.
[[nodiscard]] Result<void> catch_up(Transaction& transaction, const NodeServices& services,
                                    const std::string& domain, const std::string& feed);

/// The node is no more: all who take its items are told, and it is gone.
[[nodiscard]] Result<void> end_node(Transaction& transaction, const DropContext& context,
                                    const NodeRow& node);

}  // namespace immp::bridge
