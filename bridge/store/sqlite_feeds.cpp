#include "bridge/store/sqlite_feeds.hpp"

#include "bridge/store/folder_key.hpp"
#include "bridge/store/folders.hpp"
#include "bridge/store/kept_items.hpp"
#include "bridge/store/nodes.hpp"
#include "bridge/store/sqlite_quotas.hpp"

namespace immp::bridge {

namespace {

constexpr std::string_view kFeed =
    "f.id, f.uuid, f.node, f.state, f.title, f.description, f.first_title, f.first_description, f.is_open, "
    "f.version, f.sequence, f.asked, coalesce(f.base, -1)";
// Behind the feed's.
constexpr std::string_view kSubscription =
    ", s.id, s.uuid, s.account, s.feed, s.state, s.version, coalesce(s.title, f.first_title), "
    "coalesce(s.description, f.first_description), s.made";

/// Of a column whose NULL was made -1.
std::optional<std::uint64_t> maybe_sequence(const Row& row, int column) {
    if (row.number(column) < 0) return std::nullopt;
    return row.count(column);
}

FeedRow read_feed(const Row& row) {
    return {row.number(0),
            row.text(1),
            row.text(2),
            static_cast<FeedState>(row.number(3)),
            row.text(4),
            row.text(5),
            row.text(6),
            row.text(7),
            row.flag(8),
            row.count(9),
            row.count(10),
            row.count(11),
            maybe_sequence(row, 12)};
}

ListedSubscription read_subscription(const Row& row) {
    return {{row.number(13), row.text(14), row.number(15), row.number(16), static_cast<Wish>(row.number(17)),
             row.count(18), row.text(19), row.text(20), row.time(21)},
            read_feed(row)};
}

Fanout read_fanout(const Row& row) {
    return {row.number(0), row.number(1),
            row.flag(2) ? std::optional<MessageId>(row.number(3)) : std::nullopt, row.number(4),
            row.number(5)};
}

/// `sequence` and `message` of what is kept of a feed, which may be of a node of ours; named by SQL.
std::string select_kept(const std::string& feed) {
    return "SELECT sequence, message FROM feed_items WHERE feed = " + feed +
           " UNION ALL SELECT i.sequence, i.message FROM feeds f JOIN nodes n ON n.name = f.node "
           "JOIN node_items i ON i.node = n.id WHERE f.id = " +
           feed;
}

/// Of rows of `sequence` and `message` the newest ?2, oldest first.
std::string select_newest(const std::string& rows) {
    return "SELECT message FROM (" + rows + " ORDER BY sequence DESC LIMIT ?2) ORDER BY sequence";
}

std::string select_feed(std::string_view rest) {
    return std::string("SELECT ").append(kFeed).append(" FROM feeds f ").append(rest);
}

std::string select_subscription(std::string_view rest) {
    return std::string("SELECT ")
        .append(kFeed)
        .append(kSubscription)
        .append(" FROM subscriptions s JOIN feeds f ON f.id = s.feed ")
        .append(rest);
}

// Its first value is the key of /PUSH.
std::string select_subscriber(std::string_view rest) {
    return std::string(
               "SELECT s.id, s.account, f.id IS NOT NULL, f.id, "
               "EXISTS (SELECT 1 FROM blocks b WHERE b.account = s.account), a.used, coalesce(a.quota, -1), "
               "coalesce(s.missed, -1) "
               "FROM subscriptions s JOIN accounts a ON a.id = s.account "
               "LEFT JOIN folders f ON f.account = s.account AND f.path_key = ? ")
        .append(rest);
}

Subscriber read_subscriber(const Row& row) {
    return {row.number(0),
            row.number(1),
            row.flag(2) ? std::optional<FolderId>(row.number(3)) : std::nullopt,
            row.flag(4),
            read_usage(row, 5),
            maybe_sequence(row, 7)};
}

MessageId read_message_id(const Row& row) {
    return row.number(0);
}

Result<std::optional<Subscription>> alone(Result<std::optional<ListedSubscription>> listed) {
    if (!listed) return std::unexpected(std::move(listed.error()));
    if (!*listed) return std::nullopt;
    return std::move((*listed)->subscription);
}

}  // namespace

Result<FeedId> SqliteFeeds::add(const FeedRow& feed) {
    auto added = db_.query("INSERT INTO feeds (uuid, node, state) VALUES (?, ?, ?)", feed.uuid, feed.node,
                           static_cast<int>(feed.state))
                     .run();
    if (!added) return std::unexpected(added.error());
    FeedRow row = feed;
    row.id = db_.last_id();
    if (auto set = update(row); !set) return std::unexpected(set.error());
    return row.id;
}

Result<std::optional<FeedRow>> SqliteFeeds::of_node(std::string_view node) {
    return db_.query(select_feed("WHERE f.node = ? AND f.state <> 2"), node).one(read_feed);
}

Result<std::optional<FeedRow>> SqliteFeeds::find(std::string_view uuid) {
    return db_.query(select_feed("WHERE f.uuid = ?"), uuid).one(read_feed);
}

Result<std::optional<FeedRow>> SqliteFeeds::get(FeedId feed) {
    return db_.query(select_feed("WHERE f.id = ?"), feed).one(read_feed);
}

Result<void> SqliteFeeds::update(const FeedRow& feed) {
    return db_
        .query(
            "UPDATE feeds SET state = ?, title = ?, description = ?, first_title = ?, first_description = ?, "
            "is_open = ?, version = ?, sequence = ?, asked = ?, base = ? WHERE id = ?",
            static_cast<int>(feed.state), feed.title, feed.description, feed.first_title,
            feed.first_description, static_cast<int>(feed.is_open), feed.version, feed.sequence, feed.asked,
            feed.base, feed.id)
        .run();
}

Result<void> SqliteFeeds::drop(FeedId feed) {
    return db_.query("DELETE FROM feeds WHERE id = ?", feed).run();
}

Result<bool> SqliteFeeds::has_subscribers(FeedId feed) {
    return db_.query("SELECT 1 FROM subscriptions WHERE feed = ? LIMIT 1", feed).step();
}

Result<std::vector<FeedRow>> SqliteFeeds::unused(std::uint32_t most) {
    return db_
        .query(select_feed("WHERE NOT EXISTS (SELECT 1 FROM subscriptions s WHERE s.feed = f.id) LIMIT ?"),
               std::int64_t{most})
        .all(read_feed);
}

Result<std::uint64_t> SqliteFeeds::end_unanswered(Time made, std::uint32_t most) {
    // Of a hundred thousand subscriptions the newest has the highest id.
    return db_
        .query(
            "UPDATE feeds SET state = 2 WHERE id IN (SELECT f.id FROM feeds f WHERE f.state = 0 AND "
            "(SELECT s.made FROM subscriptions s WHERE s.feed = f.id ORDER BY s.id DESC LIMIT 1) <= ? "
            "LIMIT ?)",
            made, std::int64_t{most})
        .changes();
}

Result<std::optional<FeedItem>> SqliteFeeds::item(FeedId feed, std::uint64_t sequence) {
    return db_
        .query("SELECT sequence, message, digest FROM feed_items WHERE feed = ? AND sequence = ?", feed,
               sequence)
        .one([](const Row& row) { return FeedItem{row.count(0), row.number(1), row.text(2)}; });
}

Result<bool> SqliteFeeds::has_earlier(FeedId feed, std::uint64_t sequence) {
    return db_.query("SELECT 1 FROM feed_items WHERE feed = ? AND sequence < ? LIMIT 1", feed, sequence)
        .step();
}

Result<std::uint64_t> SqliteFeeds::add_item(FeedId feed, const FeedItem& item) {
    auto added = db_.query("INSERT INTO feed_items (feed, sequence, message, digest) VALUES (?, ?, ?, ?)",
                           feed, item.sequence, item.message, item.digest)
                     .run();
    if (!added) return std::unexpected(std::move(added.error()));
    return db_.query(drop_older("feed_items", "feed"), feed, kKeptItems, kKeptItemBytes).changes();
}

Result<void> SqliteFeeds::set_chain(MessageId message, std::string_view chain) {
    return db_.query("UPDATE messages SET chain = ? WHERE id = ?", chain, message).run();
}

Result<std::vector<MessageId>> SqliteFeeds::history(FeedId feed, std::uint64_t most) {
    return db_.query(select_newest(select_kept("?1")), feed, most).all(read_message_id);
}

Result<SubscriptionId> SqliteFeeds::subscribe(const Subscription& subscription) {
    const auto held = db_.query("SELECT count(*) FROM subscriptions WHERE account = ?", subscription.account)
                          .one([](const Row& row) { return row.count(0); });
    if (!held) return std::unexpected(held.error());
    if (held->value_or(0) >= kMaxSubscriptions)
        return fail(413, "At most " + std::to_string(kMaxSubscriptions) + " subscriptions");
    auto added = db_.query(
                        "INSERT INTO subscriptions (uuid, account, feed, state, version, made) "
                        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (account, feed) DO NOTHING",
                        subscription.uuid, subscription.account, subscription.feed,
                        static_cast<int>(subscription.wish), subscription.version, subscription.made)
                     .run_or_fail(409, subscription.uuid);
    if (!added) return std::unexpected(added.error());
    return db_.last_id();
}

Result<std::optional<Subscription>> SqliteFeeds::subscription(AccountId account, FeedId feed) {
    return alone(db_.query(select_subscription("WHERE s.account = ? AND s.feed = ?"), account, feed)
                     .one(read_subscription));
}

Result<std::optional<Subscription>> SqliteFeeds::subscription(std::string_view uuid) {
    return alone(db_.query(select_subscription("WHERE s.uuid = ?"), uuid).one(read_subscription));
}

Result<std::vector<ListedSubscription>> SqliteFeeds::list(AccountId account) {
    return db_.query(select_subscription("WHERE s.account = ? ORDER BY s.id"), account)
        .all(read_subscription);
}

Result<void> SqliteFeeds::decide(SubscriptionId id, Wish wish, std::uint64_t version) {
    return db_
        .query("UPDATE subscriptions SET state = ?, version = ? WHERE id = ?", static_cast<int>(wish),
               version, id)
        .run();
}

Result<std::uint64_t> SqliteFeeds::refuse_unanswered(Time made, std::uint32_t most) {
    // From the feeds: of nodes that are open there may be a hundred thousand such subscriptions.
    return db_
        .query(
            "UPDATE subscriptions SET state = 3 WHERE id IN (SELECT s.id FROM feeds f "
            "CROSS JOIN subscriptions s ON s.feed = f.id WHERE f.state = 1 AND NOT f.is_open "
            "AND s.state = 0 AND s.made <= ? LIMIT ?)",
            made, std::int64_t{most})
        .changes();
}

Result<void> SqliteFeeds::entitle(SubscriptionId id, std::string_view title, std::string_view description) {
    return db_
        .query("UPDATE subscriptions SET title = ?, description = ? WHERE id = ?", title, description, id)
        .run();
}

Result<void> SqliteFeeds::unsubscribe(SubscriptionId id) {
    return db_.query("DELETE FROM subscriptions WHERE id = ?", id).run();
}

Result<std::optional<Subscriber>> SqliteFeeds::subscriber(SubscriptionId id) {
    return db_.query(select_subscriber("WHERE s.id = ?"), folder_key(kPushFolder), id).one(read_subscriber);
}

Result<std::vector<Subscriber>> SqliteFeeds::subscribers(const Fanout& fanout, bool is_open,
                                                         std::uint32_t most) {
    return db_
        .query(select_subscriber("WHERE s.feed = ? AND s.id > ? AND s.id <= ? AND (? OR s.state = 2) "
                                 "ORDER BY s.id LIMIT ?"),
               folder_key(kPushFolder), fanout.feed, fanout.done, fanout.upto, static_cast<int>(is_open),
               std::int64_t{most})
        .all(read_subscriber);
}

Result<void> SqliteFeeds::set_missed(SubscriptionId id, std::optional<std::uint64_t> sequence) {
    return db_.query("UPDATE subscriptions SET missed = ? WHERE id = ?", sequence, id).run();
}

Result<std::vector<MessageId>> SqliteFeeds::missed(SubscriptionId id, std::uint64_t most) {
    const std::string kept = select_kept("(SELECT feed FROM subscriptions WHERE id = ?1)");
    return db_
        .query(select_newest("SELECT sequence, message FROM (" + kept +
                             ") k WHERE sequence >= (SELECT missed FROM subscriptions WHERE id = ?1) "
                             "AND NOT EXISTS (SELECT 1 FROM fanouts w WHERE w.message = k.message)"),
               id, most)
        .all(read_message_id);
}

Result<std::vector<Wisher>> SqliteFeeds::wishers(const Fanout& fanout, std::uint32_t most) {
    return db_
        .query(
            "SELECT s.id, s.uuid, a.imid FROM subscriptions s JOIN accounts a ON a.id = s.account "
            "WHERE s.feed = ? AND s.id > ? AND s.id <= ? AND s.state = 0 ORDER BY s.id LIMIT ?",
            fanout.feed, fanout.done, fanout.upto, std::int64_t{most})
        .all([](const Row& row) { return Wisher{row.number(0), row.text(1), row.text(2)}; });
}

Result<void> SqliteFeeds::add_fanout(FeedId feed, std::optional<MessageId> message) {
    return db_
        .query(
            "INSERT INTO fanouts (feed, message, upto) SELECT ?1, ?2, coalesce(max(id), 0) "
            "FROM subscriptions WHERE feed = ?1",
            feed, message)
        .run();
}

Result<std::optional<Fanout>> SqliteFeeds::next_fanout(FeedId behind) {
    // One statement for both would have to sort them all.
    for (const FeedId from : {behind, FeedId{0}}) {
        auto next = db_.query(
                           "SELECT id, feed, message IS NOT NULL, message, upto, done FROM fanouts "
                           "WHERE feed > ? ORDER BY feed, id LIMIT 1",
                           from)
                        .one(read_fanout);
        if (!next || *next) return next;
    }
    return std::nullopt;
}

Result<void> SqliteFeeds::advance(FanoutId fanout, SubscriptionId done) {
    return db_.query("UPDATE fanouts SET done = ? WHERE id = ?", done, fanout).run();
}

Result<void> SqliteFeeds::end_fanout(FanoutId fanout) {
    return db_.query("DELETE FROM fanouts WHERE id = ?", fanout).run();
}

}  // namespace immp::bridge
