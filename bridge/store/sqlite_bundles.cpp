#include "bridge/store/sqlite_bundles.hpp"

namespace immp::bridge {

namespace {

/// What one sweep drops at most: bodies go with incoming bundles.
constexpr int kSweepBundles = 20;
/// Receipts that are looked at for their origins: a bounded walk along an index, whatever the table holds.
constexpr int kOriginReceipts = 10'000;

constexpr std::string_view kOutgoing =
    "SELECT id, destination, head, digest, content_key, body, payload_length, sealed "
    "FROM outgoing ";
constexpr std::string_view kIncoming =
    "SELECT i.peer, i.id, i.of, b.length, i.body, i.touched FROM incoming i JOIN bodies b ON b.id = i.body ";

std::string select(std::string_view from, std::string_view rest) {
    return std::string(from).append(rest);
}

OutgoingBundle read_outgoing(const Row& row) {
    return {.id = row.text(0),
            .destination = row.text(1),
            .head = row.bytes(2),
            .digest = row.array<32>(3),
            .content_key = row.secret<32>(4),
            .payload = row.number(5),
            .payload_length = row.count(6),
            .sealed = row.time(7)};
}

IncomingBundle read_incoming(const Row& row) {
    return {row.text(0), row.text(1), row.count(2), row.count(3), row.number(4), row.time(5)};
}

BodyId read_body(const Row& row) {
    return row.number(0);
}

}  // namespace

Result<void> SqliteBundles::save(const OutgoingBundle& bundle, std::string_view owner, Time lease_end) {
    return db_
        .query(
            "INSERT INTO outgoing (id, destination, head, digest, content_key, body, payload_length, sealed, "
            "owner, lease_end) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            bundle.id, bundle.destination, bundle.head, bundle.digest, bundle.content_key.view(),
            bundle.payload, bundle.payload_length, bundle.sealed, owner, lease_end)
        .run_or_fail(409, "there is a bundle with this id");
}

Result<std::optional<OutgoingBundle>> SqliteBundles::outgoing(std::string_view id) {
    return db_.query(select(kOutgoing, "WHERE id = ?"), id).one(read_outgoing);
}

Result<std::vector<OutgoingBundle>> SqliteBundles::claim(std::string_view owner, std::uint32_t most, Time now,
                                                         Time lease_end) {
    auto bundles = db_.query(select(kOutgoing, "WHERE lease_end <= ? ORDER BY sealed, id LIMIT ?"), now, most)
                       .all(read_outgoing);
    if (!bundles) return bundles;
    for (const OutgoingBundle& bundle : *bundles)
        if (auto claimed = db_.query("UPDATE outgoing SET owner = ?, lease_end = ? WHERE id = ?", owner,
                                     lease_end, bundle.id)
                               .run();
            !claimed)
            return std::unexpected(claimed.error());
    return bundles;
}

Result<void> SqliteBundles::release(std::string_view owner) {
    auto bundles = db_.query("UPDATE outgoing SET owner = '', lease_end = 0 WHERE owner = ?", owner).run();
    if (!bundles) return bundles;
    return db_.query("UPDATE outbox SET owner = '', lease_end = 0 WHERE owner = ? AND owner <> ''", owner)
        .run();
}

Result<void> SqliteBundles::renew(std::string_view owner, Time lease_end) {
    auto bundles = db_.query("UPDATE outgoing SET lease_end = ? WHERE owner = ?", lease_end, owner).run();
    if (!bundles) return bundles;
    return db_.query("UPDATE outbox SET lease_end = ? WHERE owner = ? AND owner <> ''", lease_end, owner)
        .run();
}

Result<void> SqliteBundles::drop_outgoing(std::string_view id) {
    const auto travelling = db_.query("SELECT 1 FROM outbox WHERE bundle = ? AND bundle <> ''", id).step();
    if (!travelling) return std::unexpected(travelling.error());
    if (*travelling) return fail(700, "internal error", "a bundle was dropped while rows travel in it");
    return drop_body(db_.query("DELETE FROM outgoing WHERE id = ? RETURNING body", id).one(read_body));
}

Result<std::optional<IncomingBundle>> SqliteBundles::incoming(std::string_view peer, std::string_view id) {
    return db_.query(select(kIncoming, "WHERE i.peer = ? AND i.id = ?"), peer, id).one(read_incoming);
}

Result<IncomingBundle> SqliteBundles::begin_incoming(std::string_view peer, std::string_view id,
                                                     std::uint64_t of, Time now) {
    const auto body = bodies_.create(now);
    if (!body) return std::unexpected(body.error());
    auto begun = db_.query(
                        "INSERT INTO incoming (peer, id, of, body, touched) VALUES (?, ?, ?, ?, ?) "
                        "ON CONFLICT DO NOTHING",
                        peer, id, of, *body, now)
                     .run_or_fail(409, "the bundle has begun already");
    if (!begun) return std::unexpected(begun.error());
    return IncomingBundle{std::string(peer), std::string(id), of, 0, *body, now};
}

Result<void> SqliteBundles::append_incoming(const IncomingBundle& bundle, std::string_view octets, Time now) {
    const auto stored = bodies_.length(bundle.body);
    if (!stored) return std::unexpected(stored.error());
    if (*stored != bundle.at) return fail(409, "the piece does not follow what is stored");
    if (auto added = bodies_.append(bundle.body, octets); !added) return added;
    return db_.query("UPDATE incoming SET touched = ? WHERE peer = ? AND id = ?", now, bundle.peer, bundle.id)
        .run_or_fail(404, "the bundle was dropped");
}

Result<void> SqliteBundles::truncate_incoming(const IncomingBundle& bundle, std::uint64_t at) {
    return bodies_.truncate(bundle.body, at);
}

Result<void> SqliteBundles::drop_incoming(std::string_view peer, std::string_view id) {
    return drop_body(
        db_.query("DELETE FROM incoming WHERE peer = ? AND id = ? RETURNING body", peer, id).one(read_body));
}

Result<void> SqliteBundles::drop_body(const Result<std::optional<BodyId>>& body) {
    if (!body) return std::unexpected(body.error());
    if (!*body) return {};
    return bodies_.drop(**body);
}

Result<SqliteBundles::Load> SqliteBundles::incoming_load(std::string_view peer) {
    const auto load = db_.query("SELECT count(*), coalesce(sum(of), 0) FROM incoming WHERE peer = ?", peer)
                          .one([](const Row& row) { return Load{row.count(0), row.count(1)}; });
    if (!load) return std::unexpected(load.error());
    return load->value_or(Load{});
}

Result<std::uint64_t> SqliteBundles::sweep_incoming(Time before) {
    const auto old =
        db_.query(select(kIncoming, "WHERE i.touched < ? LIMIT ?"), before, kSweepBundles).all(read_incoming);
    if (!old) return std::unexpected(old.error());
    for (const IncomingBundle& bundle : *old)
        if (auto dropped = drop_incoming(bundle.peer, bundle.id); !dropped)
            return std::unexpected(dropped.error());
    return old->size();
}

Result<std::optional<SqliteBundles::Given>> SqliteBundles::receipt(std::string_view origin,
                                                                   std::string_view id) {
    return db_.query("SELECT digest, receipt FROM receipts WHERE bundle = ? AND origin = ?", id, origin)
        .one([](const Row& row) { return Given{row.array<32>(0), row.bytes(1)}; });
}

Result<std::vector<std::string>> SqliteBundles::latest_origins(std::uint32_t most) {
    return db_
        .query(
            "SELECT origin FROM (SELECT origin, made FROM receipts ORDER BY made DESC LIMIT ?) "
            "GROUP BY origin ORDER BY max(made) DESC, origin LIMIT ?",
            kOriginReceipts, most)
        .all([](const Row& row) { return row.text(0); });
}

Result<void> SqliteBundles::save_receipt(std::string_view origin, std::string_view id, const Given& given,
                                         Time now) {
    return db_
        .query(
            "INSERT OR REPLACE INTO receipts (origin, bundle, digest, receipt, made) VALUES (?, ?, ?, ?, ?)",
            origin, id, given.digest, given.receipt, now)
        .run();
}

Result<std::uint64_t> SqliteBundles::forget_receipts(Time before) {
    return db_
        .query("DELETE FROM receipts WHERE id IN (SELECT id FROM receipts WHERE made < ? LIMIT ?)", before,
               kSweepRows)
        .changes();
}

}  // namespace immp::bridge
