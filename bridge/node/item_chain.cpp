#include "bridge/node/item_chain.hpp"

namespace immp::bridge {

Result<std::string> judge_chain(Transaction& transaction, const FeedRow& feed, const ChainLink& link) {
    const auto same = transaction.feeds().item(feed.id, link.sequence);
    if (!same) return std::unexpected(same.error());
    if (*same) return "edited";
    const auto before = transaction.feeds().item(feed.id, link.sequence - 1);
    if (!before) return std::unexpected(before.error());
    if (*before) return (*before)->digest == link.previous ? "" : "edited";
    const auto has_earlier = transaction.feeds().has_earlier(feed.id, link.sequence);
    if (!has_earlier) return std::unexpected(has_earlier.error());
    if (*has_earlier) return "gap";
    // What the node had published before it first said so is not missed.
    return feed.base && link.sequence > *feed.base + 1 ? "gap" : "";
}

Result<void> mend_next(Transaction& transaction, const FeedRow& feed, const ChainLink& link) {
    const auto next = transaction.feeds().item(feed.id, link.sequence + 1);
    if (!next) return std::unexpected(next.error());
    if (!*next) return {};
    const auto message = transaction.mailboxes().message((*next)->message);
    if (!message) return std::unexpected(message.error());
    if (!*message) return {};
    const bool follows = (*message)->envelope.previous == link.digest;
    return transaction.feeds().set_chain((*next)->message, follows ? "" : "edited");
}

}  // namespace immp::bridge
