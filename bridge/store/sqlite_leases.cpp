#include "bridge/store/sqlite_leases.hpp"

namespace immp::bridge {

namespace {

/// What one end() brings back or forgets at most.
constexpr int kEndRows = 500;

}  // namespace

Result<void> SqliteLeases::take(std::string_view lease, const FolderView& view, std::string_view uuid,
                                Time ends) {
    // The lease first: a message without reference and lease would be gone.
    auto taken = db_.query(
                        "INSERT INTO leases (id, account, ends, ref, folder, message, uuid, is_read, "
                        "is_flagged, filed, taker) SELECT ?, account, ?, id, folder, message, uuid, is_read, "
                        "is_flagged, filed, ? FROM refs WHERE uuid = ? AND folder = ?",
                        lease, ends, view.member, uuid, view.folder)
                     .run_or_fail(404, "No such message");
    if (!taken) return taken;
    return db_.query("DELETE FROM refs WHERE uuid = ? AND folder = ?", uuid, view.folder).run();
}

Result<std::optional<Leased>> SqliteLeases::find(std::string_view lease, AccountId account) {
    return db_
        .query(
            "SELECT l.account, f.path FROM leases l JOIN folders f ON f.id = l.folder "
            "WHERE l.id = ? AND coalesce(l.taker, l.account) = ? AND l.message IS NOT NULL",
            lease, account)
        .one([](const Row& row) { return Leased{row.number(0), row.text(1)}; });
}

Result<void> SqliteLeases::commit(std::string_view lease, AccountId account, Time now) {
    const auto is_committed =
        db_.query("SELECT message IS NULL FROM leases WHERE id = ? AND coalesce(taker, account) = ?", lease,
                  account)
            .one([](const Row& row) { return row.flag(0); });
    if (!is_committed) return std::unexpected(is_committed.error());
    if (is_committed->value_or(false)) return {};
    return db_
        .query(
            "UPDATE leases SET message = NULL, folder = NULL WHERE id = ? "
            "AND coalesce(taker, account) = ? AND ends > ?",
            lease, account, now)
        .run_or_fail(410, "The lease has ended");
}

Result<std::uint64_t> SqliteLeases::end(Time now, Time forget) {
    const auto ended = db_.query(
                              "SELECT id FROM leases INDEXED BY leases_ends WHERE ends <= ? "
                              "AND message IS NOT NULL LIMIT ?",
                              now, kEndRows)
                           .all([](const Row& row) { return row.text(0); });
    if (!ended) return std::unexpected(ended.error());
    for (const std::string& lease : *ended)
        if (auto done = bring_back(lease); !done) return std::unexpected(done.error());
    const auto forgotten = db_.query(
                                  "DELETE FROM leases WHERE id IN (SELECT id FROM leases INDEXED BY "
                                  "leases_ends WHERE ends <= ? AND message IS NULL LIMIT ?)",
                                  forget, kEndRows)
                               .changes();
    if (!forgotten) return forgotten;
    return ended->size() + *forgotten;
}

/// Where a copy was put meanwhile, that one stays.
Result<void> SqliteLeases::bring_back(std::string_view lease) {
    auto back = db_.query(
                       "INSERT INTO refs (id, folder, account, message, uuid, is_read, is_flagged, sender, "
                       "date, filed) SELECT l.ref, l.folder, l.account, l.message, l.uuid, l.is_read, "
                       "l.is_flagged, m.sender, m.date, l.filed FROM leases l JOIN messages m ON m.id = "
                       "l.message WHERE l.id = ? ON CONFLICT (uuid, folder) DO NOTHING",
                       lease)
                    .run();
    if (!back) return back;
    return db_.query("DELETE FROM leases WHERE id = ?", lease).run();
}

}  // namespace immp::bridge
