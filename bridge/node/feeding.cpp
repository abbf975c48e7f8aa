#include "bridge/node/feeding.hpp"

#include <algorithm>

#include "armor/hex.hpp"
#include "bridge/mail/feed_word.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/mail/push_token.hpp"
#include "bridge/node/feed_wishes.hpp"
#include "bridge/node/item_chain.hpp"
#include "bridge/node/subscribing.hpp"

namespace immp::bridge {
namespace {

std::unexpected<Error> not_subscribed() {
    return fail(454, "Not subscribed");
}

/// The feed, if it is the sender's and this is its token. 454, 452.
Result<FeedRow> believed_feed(Transaction& transaction, const std::string& origin, const IncomingMail& mail,
                              const Imid& recipient) {
    // Made for any name, so that the time does not tell which there are.
    const auto token = feed_token(transaction, recipient.local);
    if (!token) return std::unexpected(token.error());
    if (!is_same_push_token(*token, mail.inner.token)) return not_subscribed();
    auto feed = transaction.feeds().find(recipient.local);
    if (!feed) return std::unexpected(std::move(feed.error()));
    if (!*feed || (*feed)->state == FeedState::gone) return not_subscribed();
    const auto node = parse_imid((*feed)->node);
    if (!node || node->domain != origin) return not_subscribed();
    if ((*feed)->node != mail.inner.message.envelope.from) return fail(452, "Refused by policy");
    return **std::move(feed);
}

/// Its subscribers' accounts may have been removed, which tells nobody.
Result<bool> has_lost_all(Transaction& transaction, const FeedRow& feed) {
    const auto is_used = transaction.feeds().has_subscribers(feed.id);
    if (!is_used) return std::unexpected(is_used.error());
    if (*is_used) return false;
    if (auto dropped = transaction.feeds().drop(feed.id); !dropped)
        return std::unexpected(std::move(dropped.error()));
    return true;
}

/// An item for a feed that has ended, while another feed of ours takes the node: what its domain heard last
/// was a late wish for the former one, and it would send nothing any more once it ends that. It hears of ours
/// again, as often as it may ask us.
Result<void> tell_again(Transaction& transaction, const NodeServices& services, const std::string& origin,
                        const IncomingMail& mail, const Imid& recipient) {
    const auto node = parse_imid(mail.inner.message.envelope.from);
    if (!node || node->domain != origin) return {};
    const auto feed = transaction.feeds().of_node(node->text());
    if (!feed) return std::unexpected(feed.error());
    if (!*feed || (*feed)->state != FeedState::open || (*feed)->uuid == recipient.local) return {};
    if (services.feed_rate->take(origin, 1, services.now())) return {};
    return queue_wish(transaction, drop_context(services), **feed, (*feed)->sequence);
}

/// One content, its place, and nothing else. 452, 413.
Result<Metadata> read_place(Transaction& transaction, const IncomingMail& mail) {
    const std::vector<Part>& parts = mail.inner.message.parts;
    const auto place =
        std::ranges::find_if(parts, [](const Part& part) { return part.part_class != PartClass::content; });
    if (mail.inner.message.length() > kMaxItemOctets) return fail(413, "Too large");
    if (parts.size() != 2 || place == parts.end() || !is_metadata_type(place->type))
        return fail(452, "Refused by policy", "an item without its place");
    const auto text = short_text(transaction, mail.bodies[static_cast<std::size_t>(place - parts.begin())],
                                 kMaxMetadataBytes);
    if (!text && text.error().code >= 700) return std::unexpected(text.error());
    auto metadata = text ? parse_metadata(*text, Kind::item) : fail(413, "too long");
    if (!metadata) return fail(452, "Refused by policy", std::move(metadata.error().detail));
    return metadata;
}

/// Once for each place: an item that never comes is not asked for again and again.
Result<void> ask_for_missing(Transaction& transaction, const NodeServices& services, FeedRow& feed,
                             const ChainLink& link) {
    // A feed without any item has never asked, and wants what comes behind its base.
    const bool is_empty = feed.sequence == 0;
    const std::uint64_t after = is_empty ? feed.base.value_or(0) : feed.sequence;
    if (link.sequence <= after + 1 || (!is_empty && feed.asked >= after)) return {};
    feed.asked = after;
    return queue_wish(transaction, drop_context(services), feed, after);
}

/// Among those that are kept. What may be missing before the oldest is not known once some had to go.
Result<void> add_to_kept(Transaction& transaction, FeedRow& feed, MessageId message, const ChainLink& link) {
    const auto dropped = transaction.feeds().add_item(feed.id, {link.sequence, message, link.digest});
    if (!dropped) return std::unexpected(dropped.error());
    if (*dropped > 0) feed.base.reset();
    return mend_next(transaction, feed, link);
}

Result<void> keep_item(Transaction& transaction, const NodeServices& services, FeedRow& feed,
                       const Message& message, const ChainLink& link) {
    const auto there = transaction.feeds().item(feed.id, link.sequence);
    if (!there) return std::unexpected(there.error());
    // Who may have it is not known before the node's first word; till then one of each place is kept.
    const bool is_known = feed.state != FeedState::asked;
    if (!is_known && *there) return {};
    const auto stored = transaction.mailboxes().add(message);
    if (!stored) return std::unexpected(stored.error());
    Result<void> done;
    // First the job, which holds the message: older than what is kept of a feed it goes from that at once.
    if (is_known) done = transaction.feeds().add_fanout(feed.id, *stored);
    if (done && !*there) {
        if (message.envelope.chain == "gap") done = ask_for_missing(transaction, services, feed, link);
        if (done) done = add_to_kept(transaction, feed, *stored, link);
    }
    feed.sequence = std::max(feed.sequence, link.sequence);
    if (done) done = transaction.feeds().update(feed);
    return done;
}

/// False for a word that is older than one that came.
bool note_word(FeedRow& feed, const NodeWord& word) {
    const bool is_first = feed.state == FeedState::asked;
    if (!is_first && word.version < feed.version) return false;
    feed.state = FeedState::open;
    feed.title = word.title;
    feed.description = word.description;
    feed.is_open = word.is_open;
    feed.version = word.version;
    // Of a node that is not open nobody knows here what came before somebody was let in.
    if (feed.sequence == 0) feed.base = word.is_open ? std::optional(word.sequence) : std::nullopt;
    if (is_first) {
        feed.first_title = word.title;
        feed.first_description = word.description;
    }
    return true;
}

/// About this feed's subscriptions; what the word says of others is passed over.
Result<void> hear_decisions(Transaction& transaction, const NodeServices& services, const FeedRow& feed,
                            const NodeWord& word) {
    for (const auto& [uuids, decision] : {std::pair(&word.admitted, NodeAdmission::admitted),
                                          std::pair(&word.refused, NodeAdmission::refused),
                                          std::pair(&word.waiting, NodeAdmission::waiting)}) {
        for (const std::string& uuid : *uuids) {
            const auto subscription = transaction.feeds().subscription(uuid);
            if (!subscription) return std::unexpected(subscription.error());
            if (!*subscription || (*subscription)->feed != feed.id) continue;
            auto heard = hear_decision(transaction, services, uuid, decision, word.version);
            if (!heard) return heard;
        }
    }
    return {};
}

/// The node has answered. Who asked before has what came before, or is named to it where it is not open.
Result<void> begin_feed(Transaction& transaction, const FeedRow& feed) {
    if (!feed.is_open) return transaction.feeds().add_fanout(feed.id, std::nullopt);
    const auto early = transaction.feeds().history(feed.id, kKeptItems);
    if (!early) return std::unexpected(early.error());
    for (const MessageId message : *early)
        if (auto done = transaction.feeds().add_fanout(feed.id, message); !done) return done;
    return {};
}

}  // namespace

Result<Taken> take_item(Transaction& transaction, const NodeServices& services, const std::string& origin,
                        IncomingMail& mail, const Imid& recipient) {
    auto feed = believed_feed(transaction, origin, mail, recipient);
    if (!feed && feed.error().code == 454) {
        auto told = tell_again(transaction, services, origin, mail, recipient);
        if (!told) return std::unexpected(std::move(told.error()));
    }
    if (!feed) return as_taken(std::move(feed.error()));
    const auto is_lost = has_lost_all(transaction, *feed);
    if (!is_lost) return std::unexpected(is_lost.error());
    if (*is_lost) return Taken{454};
    auto place = read_place(transaction, mail);
    if (!place) return as_taken(std::move(place.error()));
    if (const auto pause = services.domain_rate->take(origin, 1, services.now())) return Taken{429, pause};
    if (auto settled = settle_bodies(transaction, mail, services.now()); !settled)
        return std::unexpected(std::move(settled.error()));
    Message message = mail.inner.message;
    const ChainLink link{place->sequence, std::move(place->previous),
                         armor::encode_hex(message_digest(message))};
    auto chain = judge_chain(transaction, *feed, link);
    if (!chain) return std::unexpected(std::move(chain.error()));
    message.envelope.sequence = link.sequence;
    message.envelope.previous = link.previous;
    message.envelope.chain = *std::move(chain);
    message.envelope.received.push_back({services.domain, services.now()});
    if (auto kept = keep_item(transaction, services, *feed, message, link); !kept)
        return std::unexpected(std::move(kept.error()));
    services.bell->ring();
    return Taken{260};
}

Result<Taken> take_word(Transaction& transaction, const NodeServices& services, const std::string& origin,
                        const IncomingMail& mail, const Imid& recipient) {
    auto feed = believed_feed(transaction, origin, mail, recipient);
    if (!feed) return as_taken(std::move(feed.error()));
    const auto text = short_text(transaction, mail.bodies.front(), kMaxWordBytes);
    if (!text && text.error().code >= 700) return std::unexpected(text.error());
    const auto word = text ? parse_node_word(*text) : fail(413, "too long");
    if (!word) return Taken{452};
    const bool is_first = feed->state == FeedState::asked;
    Result<void> done;
    if (note_word(*feed, *word)) done = transaction.feeds().update(*feed);
    if (done && is_first) done = begin_feed(transaction, *feed);
    if (done) done = hear_decisions(transaction, services, *feed, *word);
    if (!done) return std::unexpected(std::move(done.error()));
    services.bell->ring();
    return Taken{280};
}

Result<Taken> take_node_end(Transaction& transaction, const NodeServices& services, const std::string& origin,
                            const IncomingMail& mail, const Imid& recipient) {
    auto feed = believed_feed(transaction, origin, mail, recipient);
    if (!feed) return as_taken(std::move(feed.error()));
    feed->state = FeedState::gone;
    if (auto done = transaction.feeds().update(*feed); !done) return std::unexpected(std::move(done.error()));
    services.bell->ring();
    return Taken{283};
}

}  // namespace immp::bridge
