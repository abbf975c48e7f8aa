#include "bridge/store/sqlite_nodes.hpp"

#include <initializer_list>

#include "bridge/store/kept_items.hpp"

namespace immp::bridge {

namespace {

constexpr std::string_view kColumns =
    "n.id, n.name, n.account, n.title, n.description, n.is_open, n.sequence, n.last_digest, n.version";
constexpr std::string_view kFollowerColumns = ", f.domain, f.feed, f.token, f.asked";
constexpr std::string_view kCounts =
    ", (SELECT count(*) FROM followers f WHERE f.node = n.id) + (SELECT count(*) FROM feeds e WHERE e.node = "
    "n.name AND e.state <> 2), (SELECT count(*) FROM node_people p WHERE p.node = n.id AND p.state = 0)";

NodeRow read_node(const Row& row) {
    return {row.number(0), row.text(1),  row.number(2), row.text(3), row.text(4),
            row.flag(5),   row.count(6), row.text(7),   row.count(8)};
}

NodeSummary read_summary(const Row& row) {
    return {read_node(row), row.count(9), row.count(10)};
}

Follower read_follower(const Row& row, int first) {
    return {row.text(first), row.text(first + 1), row.text(first + 2), row.time(first + 3)};
}

NodePerson read_person(const Row& row) {
    return {row.text(0), row.text(1), static_cast<NodeAdmission>(row.number(2)), row.text(3)};
}

std::string select_nodes(std::string_view counts, std::string_view rest) {
    return std::string("SELECT ").append(kColumns).append(counts).append(" FROM nodes n ").append(rest);
}

// One row for each follower: message, octets, time, node.
constexpr std::string_view kQueue =
    "INSERT INTO outbox (message, sender, recipient, destination, length, queued, next_try, attempts, "
    "last_error, delay_noticed, bundle, item, recipient_no, token) "
    "SELECT ?1, '', f.feed || '@' || f.domain, f.domain, ?2, ?3, ?3, 0, '', 1, '', 0, 0, f.token "
    "FROM followers f WHERE f.node = ?4";

// Of followers f: those who may have the node's items.
constexpr std::string_view kMayHave =
    " AND ((SELECT is_open FROM nodes WHERE id = f.node) OR EXISTS (SELECT 1 FROM node_people p "
    "WHERE p.node = f.node AND p.state = 1 AND p.domain = f.domain AND p.subscription <> ''))";

// Of followers f: what waits for each.
constexpr std::string_view kItsRows =
    "FROM outbox o WHERE o.recipient = f.feed || '@' || f.domain AND o.token <> ''";

std::string all_of(std::initializer_list<std::string_view> pieces) {
    std::string all;
    for (const std::string_view piece : pieces)
        all += piece;
    return all;
}

std::string recipient_of(const Follower& follower) {
    return follower.feed + "@" + follower.domain;
}

Result<bool> is_there(Statement statement) {
    return statement.step();
}

}  // namespace

Result<NodeId> SqliteNodes::add(const NodeRow& node, Time now) {
    const auto all = count_of(db_.query("SELECT count(*) FROM nodes"));
    if (!all) return std::unexpected(all.error());
    const auto held = count_of(db_.query("SELECT count(*) FROM nodes WHERE account = ?", node.account));
    if (!held) return std::unexpected(held.error());
    if (*all >= kMaxNodes || *held >= kMaxAccountNodes)
        return fail(413, *all >= kMaxNodes ? "This domain has all the nodes that it may have"
                                           : "At most " + std::to_string(kMaxAccountNodes) + " nodes");
    auto added =
        db_.query(
               "INSERT INTO nodes (name, account, title, description, is_open, made, version) "
               "VALUES (?, ?, ?, ?, ?, ?6, ?6) ON CONFLICT DO NOTHING",
               node.name, node.account, node.title, node.description, static_cast<int>(node.is_open), now)
            .run_or_fail(409, "There is a node of this name already");
    if (!added) return std::unexpected(added.error());
    return db_.last_id();
}

Result<std::optional<NodeRow>> SqliteNodes::find(std::string_view name) {
    return db_.query(select_nodes("", "WHERE n.name = ?"), name).one(read_node);
}

Result<std::vector<NodeSummary>> SqliteNodes::list(AccountId owner) {
    return db_.query(select_nodes(kCounts, "WHERE n.account = ? ORDER BY n.name"), owner).all(read_summary);
}

Result<std::optional<NodeSummary>> SqliteNodes::summary(NodeId node) {
    return db_.query(select_nodes(kCounts, "WHERE n.id = ?"), node).one(read_summary);
}

Result<void> SqliteNodes::drop(NodeId node) {
    return db_.query("DELETE FROM nodes WHERE id = ?", node).run();
}

Result<std::uint64_t> SqliteNodes::raise_version(NodeId node, Time now) {
    auto raised = db_.query("UPDATE nodes SET version = max(version + 1, ?) WHERE id = ?", now, node).run();
    if (!raised) return std::unexpected(raised.error());
    return count_of(db_.query("SELECT version FROM nodes WHERE id = ?", node));
}

Result<void> SqliteNodes::add_item(NodeId node, std::uint64_t sequence, MessageId message,
                                   std::string_view digest) {
    auto done =
        db_.query("UPDATE nodes SET sequence = ?, last_digest = ? WHERE id = ?", sequence, digest, node)
            .run();
    if (done)
        done = db_.query("INSERT INTO node_items (node, sequence, message) VALUES (?, ?, ?)", node, sequence,
                         message)
                   .run();
    if (!done) return done;
    return db_.query(drop_older("node_items", "node"), node, kKeptItems, kKeptItemBytes).run();
}

Result<std::vector<MessageId>> SqliteNodes::items(NodeId node, std::uint64_t after, std::uint64_t most) {
    return db_
        .query(
            "SELECT message FROM (SELECT sequence, message FROM node_items WHERE node = ? AND sequence > ? "
            "ORDER BY sequence DESC LIMIT ?) ORDER BY sequence",
            node, after, most)
        .all([](const Row& row) { return MessageId{row.number(0)}; });
}

Result<std::optional<Follower>> SqliteNodes::follower(NodeId node, std::string_view domain) {
    return db_
        .query("SELECT domain, feed, token, asked FROM followers WHERE node = ? AND domain = ?", node, domain)
        .one([](const Row& row) { return read_follower(row, 0); });
}

Result<bool> SqliteNodes::has_followers(NodeId node) {
    return is_there(db_.query("SELECT 1 FROM followers WHERE node = ? LIMIT 1", node));
}

Result<void> SqliteNodes::follow(NodeId node, const Follower& follower) {
    const auto known = this->follower(node, follower.domain);
    if (!known) return std::unexpected(known.error());
    const auto held = count_of(db_.query("SELECT count(*) FROM followers WHERE node = ?", node));
    if (!held) return std::unexpected(held.error());
    if (!*known && *held >= kMaxFollowers) return fail(413, "Too many domains take this node's items");
    if (*known && (*known)->feed != follower.feed) {
        auto forgotten = db_.query(
                                "DELETE FROM outbox WHERE recipient = ? AND token <> '' AND bundle = '' "
                                "AND owner = ''",
                                recipient_of(**known))
                             .run();
        if (!forgotten) return forgotten;
    }
    return db_
        .query(
            "INSERT INTO followers (node, domain, feed, token, asked) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (node, domain) DO UPDATE SET feed = excluded.feed, token = excluded.token, "
            "asked = excluded.asked",
            node, follower.domain, follower.feed, follower.token, follower.asked)
        .run();
}

Result<bool> SqliteNodes::unfollow(std::string_view domain, std::string_view feed) {
    const auto ended =
        db_.query("DELETE FROM followers WHERE feed = ? AND domain = ?", feed, domain).changes();
    if (!ended) return std::unexpected(ended.error());
    return *ended > 0;
}

Result<std::uint64_t> SqliteNodes::waiting_for(const Follower& follower) {
    return count_of(
        db_.query("SELECT count(*) FROM outbox WHERE recipient = ? AND token <> ''", recipient_of(follower)));
}

Result<void> SqliteNodes::queue_for_followers(NodeId node, MessageId message, std::uint64_t octets,
                                              Time now) {
    auto queued = db_.query(all_of({kQueue, kMayHave, " AND (SELECT count(*) ", kItsRows, ") < ?5"}), message,
                            octets, now, node, kWaitingItems)
                      .run();
    if (!queued) return queued;
    return db_
        .query(all_of({"UPDATE followers AS f SET left_out = NOT left_out WHERE f.node = ?", kMayHave,
                       " AND f.left_out = EXISTS (SELECT 1 ", kItsRows, " AND o.message = ?)"}),
               node, message)
        .run();
}

Result<std::optional<LeftOut>> SqliteNodes::take_left_out(std::string_view domain, std::string_view feed) {
    const auto found =
        db_.query(select_nodes(kFollowerColumns,
                               all_of({"JOIN followers f ON f.node = n.id WHERE f.feed = ? AND f.domain = ? "
                                       "AND f.left_out AND NOT EXISTS (SELECT 1 ",
                                       kItsRows, ")"})),
                  feed, domain)
            .one([](const Row& row) { return LeftOut{read_node(row), read_follower(row, 9)}; });
    if (!found || !*found) return found;
    auto taken = db_.query("UPDATE followers SET left_out = 0 WHERE node = ? AND domain = ?",
                           (*found)->node.id, domain)
                     .run();
    if (!taken) return std::unexpected(std::move(taken.error()));
    return found;
}

Result<void> SqliteNodes::queue_for_all(NodeId node, MessageId message, std::uint64_t octets, Time now) {
    return db_.query(kQueue, message, octets, now, node).run();
}

Result<void> SqliteNodes::queue_for(NodeId node, std::string_view domain, MessageId message,
                                    std::uint64_t octets, Time now) {
    return db_
        .query(all_of({kQueue, " AND f.domain = ?5 AND NOT EXISTS (SELECT 1 ", kItsRows,
                       " AND o.message = ?1)"}),
               message, octets, now, node, domain)
        .run();
}

Result<std::optional<NodePerson>> SqliteNodes::person(NodeId node, std::string_view imid) {
    return db_
        .query("SELECT imid, domain, state, subscription FROM node_people WHERE node = ? AND imid = ?", node,
               imid)
        .one(read_person);
}

Result<std::vector<NodePerson>> SqliteNodes::people(NodeId node) {
    return db_
        .query("SELECT imid, domain, state, subscription FROM node_people WHERE node = ? ORDER BY imid", node)
        .all(read_person);
}

Result<void> SqliteNodes::make_room(NodeId node) {
    const auto all = count_of(db_.query("SELECT count(*) FROM node_people WHERE node = ?", node));
    if (!all) return std::unexpected(all.error());
    if (*all < kMaxNodePeople) return {};
    const auto forgotten = db_.query(
                                  "DELETE FROM node_people WHERE id = (SELECT min(id) FROM node_people "
                                  "WHERE node = ? AND state = 2)",
                                  node)
                               .changes();
    if (!forgotten) return std::unexpected(forgotten.error());
    if (*forgotten == 0) return fail(413, "At most " + std::to_string(kMaxNodePeople) + " people of a node");
    return {};
}

Result<void> SqliteNodes::check_waiting(NodeId node, std::string_view domain) {
    const auto all =
        count_of(db_.query("SELECT count(*) FROM node_people WHERE node = ? AND state = 0", node));
    if (!all) return std::unexpected(all.error());
    const auto of_domain = count_of(
        db_.query("SELECT count(*) FROM node_people p JOIN nodes n ON n.id = p.node WHERE p.node = ?1 "
                  "AND p.state = 0 AND p.domain = ?2 AND substr(n.name, -length(?2) - 1) <> '@' || ?2",
                  node, domain));
    if (!of_domain) return std::unexpected(of_domain.error());
    if (*all >= kMaxWaitingPeople || *of_domain >= kMaxWaitingOfDomain)
        return fail_for_now(429, "Too many wait for this node's publisher", std::chrono::hours(1));
    return {};
}

Result<void> SqliteNodes::set_person(NodeId node, const NodePerson& person) {
    const auto known =
        is_there(db_.query("SELECT 1 FROM node_people WHERE node = ? AND imid = ?", node, person.imid));
    if (!known) return std::unexpected(known.error());
    Result<void> may;
    if (!*known && person.state == NodeAdmission::waiting) may = check_waiting(node, person.domain);
    if (!*known && may) may = make_room(node);
    if (!may) return may;
    return db_
        .query(
            "INSERT INTO node_people (node, imid, domain, state, subscription) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (node, imid) DO UPDATE SET state = excluded.state, "
            "subscription = excluded.subscription",
            node, person.imid, person.domain, static_cast<int>(person.state), person.subscription)
        .run();
}

Result<void> SqliteNodes::end_subscription(NodeId node, std::string_view imid,
                                           std::string_view subscription) {
    auto done =
        db_.query("DELETE FROM node_people WHERE node = ? AND imid = ? AND subscription = ? AND state = 0",
                  node, imid, subscription)
            .run();
    if (!done) return done;
    return db_
        .query("UPDATE node_people SET subscription = '' WHERE node = ? AND imid = ? AND subscription = ?",
               node, imid, subscription)
        .run();
}

Result<void> SqliteNodes::end_subscriptions(NodeId node, std::string_view domain) {
    auto done =
        db_.query("DELETE FROM node_people WHERE node = ? AND state = 0 AND domain = ?", node, domain).run();
    if (!done) return done;
    return db_
        .query("UPDATE node_people SET subscription = '' WHERE node = ? AND state = 1 AND domain = ?", node,
               domain)
        .run();
}

Result<bool> SqliteNodes::has_admitted(NodeId node, std::string_view domain) {
    return is_there(
        db_.query("SELECT 1 FROM node_people WHERE node = ? AND state = 1 AND domain = ? "
                  "AND subscription <> '' LIMIT 1",
                  node, domain));
}

}  // namespace immp::bridge
