#include "bridge/node/feed_wishes.hpp"

#include "bridge/mail/feed_word.hpp"
#include "bridge/mail/push_token.hpp"
#include "bridge/node/login.hpp"
#include "bridge/node/own_item.hpp"

namespace immp::bridge {
namespace {

Result<void> queue(Transaction& transaction, const DropContext& context, Kind kind, const FeedRow& feed,
                   std::uint64_t after, const std::optional<Wisher>& user) {
    auto node = parse_imid(feed.node);
    if (!node) return std::unexpected(std::move(node.error()));
    auto token = feed_token(transaction, feed.uuid);
    if (!token) return std::unexpected(std::move(token.error()));
    const FeedWish wish{feed.uuid, after, user ? user->uuid : ""};
    context.bell->ring();
    return queue_own_item(transaction, context,
                          {kind,
                           user ? user->imid : context.domain,
                           *std::move(node),
                           {},
                           {{"wish", kFeedWishType, feed_wish_json(wish)}},
                           *std::move(token)});
}

}  // namespace

Result<std::string> feed_token(Transaction& transaction, const std::string& feed) {
    const auto secret = store_secret(transaction);
    if (!secret) return std::unexpected(secret.error());
    armor::Hasher hasher("IMMP1 feed token");
    hasher.add(secret->view());
    hasher.add(feed);
    return push_token_of(hasher.digest());
}

Result<void> queue_wish(Transaction& transaction, const DropContext& context, const FeedRow& feed,
                        std::uint64_t after, const std::optional<Wisher>& user) {
    return queue(transaction, context, Kind::subscribe, feed, after, user);
}

Result<void> queue_end(Transaction& transaction, const DropContext& context, const FeedRow& feed,
                       const std::optional<Wisher>& user) {
    return queue(transaction, context, Kind::unsubscribe, feed, 0, user);
}

Result<void> end_subscription(Transaction& transaction, const DropContext& context, const FeedRow& feed,
                              const Wisher& user) {
    if (auto ended = transaction.feeds().unsubscribe(user.id); !ended) return ended;
    const auto is_used = transaction.feeds().has_subscribers(feed.id);
    if (!is_used) return std::unexpected(is_used.error());
    const auto node = parse_imid(feed.node);
    if (!node) return std::unexpected(node.error());
    Result<void> told;
    if (node->domain == context.domain) {
        const auto ours = transaction.nodes().find(feed.node);
        if (!ours) return std::unexpected(ours.error());
        if (*ours) told = transaction.nodes().end_subscription((*ours)->id, user.imid, user.uuid);
    } else if (feed.state != FeedState::gone) {
        if (!*is_used) told = queue_end(transaction, context, feed);
        if (*is_used && !feed.is_open) told = queue_end(transaction, context, feed, user);
    }
    if (!told || *is_used) return told;
    return transaction.feeds().drop(feed.id);
}

}  // namespace immp::bridge
