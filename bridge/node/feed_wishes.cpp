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

/// The user's wish is not sent any more, or taken back.
Result<void> end_wish(Transaction& transaction, const DropContext& context, const FeedRow& feed,
                      const Wisher& user) {
    const auto token = feed_token(transaction, feed.uuid);
    if (!token) return std::unexpected(token.error());
    const auto unsent = transaction.outbox().withdraw(feed.node, *token, user.imid);
    if (!unsent) return std::unexpected(unsent.error());
    return queue_end(transaction, context, feed, user);
}

/// Feeds that one round of housekeeping ends.
constexpr std::uint32_t kUnusedFeeds = 100;

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

Result<void> end_feed(Transaction& transaction, const DropContext& context, const FeedRow& feed) {
    const auto node = parse_imid(feed.node);
    if (!node) return std::unexpected(node.error());
    if (node->domain != context.domain && feed.state != FeedState::gone) {
        const auto token = feed_token(transaction, feed.uuid);
        if (!token) return std::unexpected(token.error());
        const auto unsent = transaction.outbox().withdraw(feed.node, *token);
        if (!unsent) return std::unexpected(unsent.error());
        // What nobody has heard of needs no end.
        if (feed.state == FeedState::open || *unsent == 0)
            if (auto told = queue_end(transaction, context, feed); !told) return told;
    }
    return transaction.feeds().drop(feed.id);
}

Result<std::uint64_t> end_unused_feeds(Transaction& transaction, const DropContext& context) {
    const auto unused = transaction.feeds().unused(kUnusedFeeds);
    if (!unused) return std::unexpected(unused.error());
    for (const FeedRow& feed : *unused)
        if (auto ended = end_feed(transaction, context, feed); !ended)
            return std::unexpected(std::move(ended.error()));
    return unused->size();
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
    } else if (*is_used && feed.state != FeedState::gone && !feed.is_open) {
        told = end_wish(transaction, context, feed, user);
    }
    if (!told || *is_used) return told;
    return end_feed(transaction, context, feed);
}

}  // namespace immp::bridge
