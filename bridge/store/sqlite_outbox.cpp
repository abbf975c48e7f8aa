#include "bridge/store/sqlite_outbox.hpp"

namespace immp::bridge {

namespace {

constexpr std::string_view kSelect =
    "SELECT id, message, sender, recipient, destination, length, queued, next_try, attempts, last_error, "
    "delay_noticed, bundle, item, recipient_no, token FROM outbox ";

std::string select(std::string_view rest) {
    return std::string(kSelect).append(rest);
}

OutboxRow read_outbox_row(const Row& row) {
    return {.id = row.number(0),
            .message = row.number(1),
            .sender = row.text(2),
            .recipient = row.text(3),
            .destination = row.text(4),
            .length = row.count(5),
            .queued = row.time(6),
            .next_try = row.time(7),
            .attempts = row.small(8),
            .last_error = row.text(9),
            .delay_noticed = row.flag(10),
            .bundle = row.text(11),
            .item = row.small(12),
            .recipient_no = row.small(13),
            .token = row.text(14)};
}

/// Whole messages from the front, until another would take them over `fill_bytes`.
void keep_first(std::vector<OutboxRow>& rows, std::uint64_t fill_bytes) {
    std::uint64_t filled = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i > 0 && rows[i].message == rows[i - 1].message) continue;
        if (i > 0 && filled + rows[i].length > fill_bytes) return rows.resize(i);
        filled += rows[i].length;
    }
}

}  // namespace

Result<OutboxId> SqliteOutbox::add(const OutboxRow& row) {
    auto added =
        db_.query(
               "INSERT INTO outbox (message, sender, recipient, destination, length, queued, next_try, "
               "attempts, last_error, delay_noticed, bundle, item, recipient_no, token) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               row.message, row.sender, row.recipient, row.destination, row.length, row.queued, row.next_try,
               row.attempts, row.last_error, static_cast<int>(row.delay_noticed), row.bundle, row.item,
               row.recipient_no, row.token)
            .run();
    if (!added) return std::unexpected(added.error());
    return db_.last_id();
}

Result<std::vector<WaitingDomain>> SqliteOutbox::waiting() {
    return db_
        .query(
            "SELECT destination, count(*), min(next_try) FROM outbox WHERE bundle = '' "
            "GROUP BY destination ORDER BY destination")
        .all([](const Row& row) { return WaitingDomain{row.text(0), row.count(1), row.time(2)}; });
}

Result<std::vector<OutboxRow>> SqliteOutbox::claim(std::string_view destination, std::string_view owner,
                                                   const ClaimLimits& limits, Time now, Time lease_end) {
    auto rows = db_.query(select("WHERE bundle = '' AND destination = ? AND next_try <= ?2 "
                                 "AND lease_end <= ?2 ORDER BY message, id LIMIT ?3"),
                          destination, now, limits.rows)
                    .all(read_outbox_row);
    if (!rows) return rows;
    keep_first(*rows, limits.fill_bytes);
    for (const OutboxRow& row : *rows)
        if (auto claimed =
                db_.query("UPDATE outbox SET owner = ?, lease_end = ? WHERE id = ?", owner, lease_end, row.id)
                    .run();
            !claimed)
            return std::unexpected(claimed.error());
    return rows;
}

Result<void> SqliteOutbox::place(std::string_view bundle, const std::vector<Placement>& placements) {
    for (const Placement& placement : placements)
        if (auto placed = place_row(bundle, placement); !placed) return placed;
    return {};
}

/// From here on the bundle's own claim counts.
Result<void> SqliteOutbox::place_row(std::string_view bundle, const Placement& placement) {
    const auto placed = db_.query(
                               "UPDATE outbox SET bundle = ?, item = ?, recipient_no = ?, owner = '', "
                               "lease_end = 0 WHERE id = ? AND bundle = ''",
                               bundle, placement.item, placement.recipient_no, placement.row)
                            .changes();
    if (!placed) return std::unexpected(placed.error());
    if (*placed == 1) return {};
    const auto there = db_.query("SELECT id FROM outbox WHERE id = ?", placement.row).step();
    if (!there) return std::unexpected(there.error());
    if (*there) return fail(409, "the row travels in a bundle already");
    return fail(404, "the row has ended");
}

Result<std::vector<OutboxRow>> SqliteOutbox::in_bundle(std::string_view bundle) {
    return db_.query(select("WHERE bundle = ? AND bundle <> '' ORDER BY item, recipient_no"), bundle)
        .all(read_outbox_row);
}

Result<void> SqliteOutbox::finish(OutboxId row) {
    return db_.query("DELETE FROM outbox WHERE id = ?", row).run_or_fail(404, "the row has ended");
}

Result<std::uint64_t> SqliteOutbox::withdraw(std::string_view recipient, std::string_view token,
                                             std::string_view from) {
    return db_
        .query(
            "DELETE FROM outbox WHERE recipient = ?1 AND token <> '' AND token = ?2 AND bundle = '' "
            "AND owner = '' "
            "AND (?3 = '' OR ?3 = (SELECT sender FROM messages WHERE id = message))",
            recipient, token, from)
        .changes();
}

Result<void> SqliteOutbox::reschedule(OutboxId row, Time next_try, std::string_view error) {
    return db_
        .query(
            "UPDATE outbox SET bundle = '', owner = '', lease_end = 0, attempts = attempts + 1, "
            "next_try = ?, last_error = ? WHERE id = ?",
            next_try, error, row)
        .run_or_fail(404, "the row has ended");
}

Result<void> SqliteOutbox::explain(std::string_view destination, std::string_view error, Time now) {
    // Apart, since each has an index of its own; the whole outbox may be long.
    for (const std::string_view rows : {"bundle = ''", "bundle <> ''"}) {
        auto done = db_.query("UPDATE outbox SET last_error = ?1 WHERE " + std::string(rows) +
                                  " AND destination = ?2 AND next_try <= ?3 AND last_error <> ?1",
                              error, destination, now)
                        .run();
        if (!done) return done;
    }
    return {};
}

Result<void> SqliteOutbox::hasten(std::string_view destination, Time now) {
    return db_
        .query("UPDATE outbox SET next_try = ?1 WHERE bundle = '' AND destination = ?2 AND next_try > ?1",
               now, destination)
        .run();
}

Result<std::vector<OutboxRow>> SqliteOutbox::delayed(Time until, std::uint32_t most) {
    return db_
        .query(select("WHERE delay_noticed = 0 AND queued <= ? ORDER BY queued, id LIMIT ?"), until, most)
        .all(read_outbox_row);
}

Result<std::vector<OutboxRow>> SqliteOutbox::expired(Time until, std::uint32_t most) {
    return db_.query(select("WHERE bundle = '' AND queued <= ? ORDER BY queued, id LIMIT ?"), until, most)
        .all(read_outbox_row);
}

Result<void> SqliteOutbox::note_delay(OutboxId row) {
    return db_.query("UPDATE outbox SET delay_noticed = 1 WHERE id = ?", row)
        .run_or_fail(404, "the row has ended");
}

}  // namespace immp::bridge
