#include "bridge/node/feed_outcome.hpp"

#include "bridge/mail/feed_word.hpp"
#include "bridge/node/feed_wishes.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {
namespace {

constexpr int kNoSuchPublisher = 481;
constexpr int kNotSubscribed = 454;

Result<Message> message_of(Transaction& transaction, const OutboxRow& row) {
    auto message = transaction.mailboxes().message(row.message);
    if (!message) return std::unexpected(std::move(message.error()));
    if (!*message) return fail(702, "Storage failed", "an outbox row without its message");
    return **std::move(message);
}

bool is_wish(const Message& message) {
    return message.envelope.kind == Kind::subscribe && message.parts.front().type == kFeedWishType;
}

/// Its user, or all of its feed, did not wait for the answer.
Result<bool> is_taken_back(Transaction& transaction, const Message& message) {
    const auto text = transaction.bodies().read(message.parts.front().body, 0, kMaxWishBytes);
    if (!text) return std::unexpected(text.error());
    const auto wish = parse_feed_wish(*text);
    if (!wish) return std::unexpected(wish.error());
    const auto feed = transaction.feeds().find(wish->feed);
    if (!feed) return std::unexpected(feed.error());
    if (!*feed || wish->subscription.empty()) return !*feed;
    const auto subscription = transaction.feeds().subscription(wish->subscription);
    if (!subscription) return std::unexpected(subscription.error());
    return !*subscription;
}

/// There is no such node, or its domain was never reached. The wish of a former feed says nothing about this
/// one; nor does one that a node which has answered did not take in time.
Result<void> end_feed(Transaction& transaction, const NodeServices& services, const OutboxRow& row,
                      int code) {
    auto feed = transaction.feeds().of_node(row.recipient);
    if (!feed) return std::unexpected(std::move(feed.error()));
    if (!*feed || (code != kNoSuchPublisher && (*feed)->state != FeedState::asked)) return {};
    const auto token = feed_token(transaction, (*feed)->uuid);
    if (!token) return std::unexpected(token.error());
    if (*token != row.token) return {};
    (*feed)->state = FeedState::gone;
    services.bell->ring();
    return transaction.feeds().update(**feed);
}

/// The domain takes the node's items no more, and nobody there has a subscription of it.
Result<void> end_follower(Transaction& transaction, const std::string& name, const Follower& follower) {
    const auto ended = transaction.nodes().unfollow(follower.domain, follower.feed);
    if (!ended) return std::unexpected(ended.error());
    const auto node = transaction.nodes().find(name);
    if (!node) return std::unexpected(node.error());
    if (!*ended || !*node) return {};
    return transaction.nodes().end_subscriptions((*node)->id, follower.domain);
}

}  // namespace

Result<bool> is_feed_end(Transaction& transaction, const OutboxRow& row, int code) {
    const auto message = message_of(transaction, row);
    if (!message) return std::unexpected(message.error());
    if (!is_wish(*message)) return false;
    if (code == kNoSuchPublisher) return true;
    return is_taken_back(transaction, *message);
}

Result<bool> end_feed_row(Transaction& transaction, const NodeServices& services, const OutboxRow& row,
                          int code) {
    const auto message = message_of(transaction, row);
    if (!message) return std::unexpected(message.error());
    const Kind kind = message->envelope.kind;
    if (kind != Kind::item && kind != Kind::subscribe && kind != Kind::unsubscribe) return false;
    if (is_wish(*message)) {
        if (auto ended = end_feed(transaction, services, row, code); !ended)
            return std::unexpected(std::move(ended.error()));
    } else if (code == kNotSubscribed) {
        const auto feed = parse_imid(row.recipient);
        if (!feed) return std::unexpected(feed.error());
        auto ended = end_follower(transaction, message->envelope.from, {row.destination, feed->local, {}});
        if (!ended) return std::unexpected(std::move(ended.error()));
    }
    return true;
}

}  // namespace immp::bridge
