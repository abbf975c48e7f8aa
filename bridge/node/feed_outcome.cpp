#include "bridge/node/feed_outcome.hpp"

#include "bridge/mail/feed_word.hpp"
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

/// There is no such node, or its domain was never reached.
Result<void> end_feed(Transaction& transaction, const NodeServices& services, const std::string& node) {
    auto feed = transaction.feeds().of_node(node);
    if (!feed) return std::unexpected(std::move(feed.error()));
    if (!*feed) return {};
    (*feed)->state = FeedState::gone;
    services.bell->ring();
    return transaction.feeds().update(**feed);
}

}  // namespace

Result<bool> is_feed_end(Transaction& transaction, const OutboxRow& row, int code) {
    if (code != kNoSuchPublisher) return false;
    const auto message = message_of(transaction, row);
    if (!message) return std::unexpected(message.error());
    return is_wish(*message);
}

Result<bool> end_feed_row(Transaction& transaction, const NodeServices& services, const OutboxRow& row,
                          int code) {
    const auto message = message_of(transaction, row);
    if (!message) return std::unexpected(message.error());
    const Kind kind = message->envelope.kind;
    if (kind != Kind::item && kind != Kind::subscribe && kind != Kind::unsubscribe) return false;
    if (is_wish(*message)) {
        if (auto ended = end_feed(transaction, services, row.recipient); !ended)
            return std::unexpected(std::move(ended.error()));
    } else if (code == kNotSubscribed) {
        const auto feed = parse_imid(row.recipient);
        if (!feed) return std::unexpected(feed.error());
        const auto ended = transaction.nodes().unfollow(row.destination, feed->local);
        if (!ended) return std::unexpected(ended.error());
    }
    return true;
}

}  // namespace immp::bridge
