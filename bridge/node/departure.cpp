#include "bridge/node/departure.hpp"

#include "bridge/node/feed_wishes.hpp"
#include "bridge/node/node_words.hpp"

namespace immp::bridge {
namespace {

Result<void> end_nodes(Transaction& transaction, const DropContext& context, AccountId account) {
    const auto nodes = transaction.nodes().list(account);
    if (!nodes) return std::unexpected(nodes.error());
    for (const NodeSummary& each : *nodes)
        if (auto ended = end_node(transaction, context, each.node); !ended) return ended;
    return {};
}

Result<void> end_subscriptions(Transaction& transaction, const DropContext& context, AccountId account,
                               std::string_view name) {
    const auto subscriptions = transaction.feeds().list(account);
    if (!subscriptions) return std::unexpected(subscriptions.error());
    for (const auto& [subscription, feed] : *subscriptions) {
        auto ended = end_subscription(transaction, context, feed,
                                      {subscription.id, subscription.uuid, std::string(name)});
        if (!ended) return ended;
    }
    return {};
}

/// What others know of it; nothing of a name that is none.
Result<void> take_leave(Transaction& transaction, const DropContext& context, std::string_view name) {
    const auto account = transaction.accounts().find(name);
    if (!account) return std::unexpected(account.error());
    if (!*account) return {};
    // First the subscriptions, some of which may be of its own nodes.
    auto left = end_subscriptions(transaction, context, **account, name);
    if (left) left = end_nodes(transaction, context, **account);
    return left;
}

}  // namespace

Result<void> remove_account(Transaction& transaction, const DropContext& context, std::string_view name) {
    if (auto left = take_leave(transaction, context, name); !left) return left;
    return transaction.accounts().remove(name);
}

Result<void> remove_mailbox(Transaction& transaction, const DropContext& context, std::string_view name) {
    if (auto left = take_leave(transaction, context, name); !left) return left;
    return transaction.shares().remove_mailbox(name);
}

}  // namespace immp::bridge
