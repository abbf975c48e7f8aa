#include "bridge/node/node_words.hpp"

#include "bridge/mail/feed_word.hpp"
#include "bridge/node/item_filing.hpp"
#include "bridge/node/own_item.hpp"
#include "bridge/node/queueing.hpp"

namespace immp::bridge {
namespace {

NodeWord word_of(const NodeRow& node, const std::vector<NodePerson>& decided) {
    NodeWord word{node.title, node.description, node.is_open, node.sequence, node.version, {}, {}, {}};
    for (const NodePerson& person : decided) {
        auto& list = person.state == NodeAdmission::admitted  ? word.admitted
                     : person.state == NodeAdmission::refused ? word.refused
                                                              : word.waiting;
        list.push_back(person.subscription);
    }
    return word;
}

OwnItem item_of(Kind kind, const NodeRow& node, const Imid& recipient, std::string token,
                const std::vector<NodePerson>& decided = {}) {
    return {kind,
            node.name,
            recipient,
            {},
            {{"node", kNodeWordType, node_word_json(word_of(node, decided))}},
            std::move(token)};
}

/// To all followers at once: one message.
Result<void> queue_last_word(Transaction& transaction, const DropContext& context, const NodeRow& node) {
    auto recipient = parse_imid(node.name);
    if (!recipient) return std::unexpected(std::move(recipient.error()));
    const auto message =
        make_own_message(transaction, context, item_of(Kind::unsubscribe, node, *recipient, {}));
    if (!message) return std::unexpected(message.error());
    const auto octets = travelling_octets(*message, *recipient);
    if (!octets) return std::unexpected(octets.error());
    const auto stored = transaction.mailboxes().add(*message);
    if (!stored) return std::unexpected(stored.error());
    context.bell->ring();
    return transaction.nodes().queue_for_all(node.id, *stored, *octets, context.now);
}

}  // namespace

Result<void> queue_word(Transaction& transaction, const NodeServices& services, const NodeRow& node,
                        const Follower& follower, const std::vector<NodePerson>& decided) {
    auto feed = parse_imid(follower.feed + "@" + follower.domain);
    if (!feed) return std::unexpected(std::move(feed.error()));
    services.bell->ring();
    return queue_own_item(transaction, drop_context(services),
                          item_of(Kind::subscribe, node, *feed, follower.token, decided));
}

Result<void> queue_items(Transaction& transaction, const NodeServices& services, const NodeRow& node,
                         const Follower& follower, std::uint64_t after) {
    const auto feed = parse_imid(follower.feed + "@" + follower.domain);
    if (!feed) return std::unexpected(feed.error());
    const auto items = transaction.nodes().items(node.id, after, after == 0 ? kHistoryItems : kKeptItems);
    if (!items) return std::unexpected(items.error());
    for (const MessageId item : *items) {
        const auto message = transaction.mailboxes().message(item);
        if (!message) return std::unexpected(message.error());
        if (!*message) return fail(702, "Storage failed", "an item without its message");
        const auto octets = travelling_octets(**message, *feed);
        if (!octets) return std::unexpected(octets.error());
        auto queued = transaction.nodes().queue_for(node.id, follower.domain, item, *octets, services.now());
        if (!queued) return queued;
    }
    services.bell->ring();
    return {};
}

Result<void> catch_up(Transaction& transaction, const NodeServices& services, const std::string& domain,
                      const std::string& feed) {
    const auto left_out = transaction.nodes().take_left_out(domain, feed);
    if (!left_out) return std::unexpected(left_out.error());
    if (!*left_out) return {};
    const NodeRow& node = (*left_out)->node;
    const auto is_admitted = transaction.nodes().has_admitted(node.id, domain);
    if (!is_admitted) return std::unexpected(is_admitted.error());
    if (!node.is_open && !*is_admitted) return {};
    return queue_items(transaction, services, node, (*left_out)->follower, node.sequence - 1);
}

Result<void> end_node(Transaction& transaction, const DropContext& context, const NodeRow& node) {
    const auto has_followers = transaction.nodes().has_followers(node.id);
    if (!has_followers) return std::unexpected(has_followers.error());
    if (*has_followers) {
        if (auto told = queue_last_word(transaction, context, node); !told) return told;
    }
    auto feed = transaction.feeds().of_node(node.name);
    if (!feed) return std::unexpected(std::move(feed.error()));
    if (*feed) {
        (*feed)->state = FeedState::gone;
        if (auto done = transaction.feeds().update(**feed); !done) return done;
    }
    return transaction.nodes().drop(node.id);
}

}  // namespace immp::bridge
