#include "bridge/store/sqlite_user_keys.hpp"

#include "bridge/store/netstrings.hpp"

namespace immp::bridge {

namespace {

/// Rows of one sweep.
constexpr int kForgotten = 1000;

PeerUser read_peer(const Row& row) {
    return {row.time(0), row.maybe_time(1), unpack(row.text(2))};
}

}  // namespace

Result<std::vector<std::string>> SqliteUserKeys::records(AccountId account) {
    return db_.query("SELECT record FROM user_keys WHERE account = ? ORDER BY serial", account)
        .all([](const Row& row) { return row.text(0); });
}

Result<void> SqliteUserKeys::add(AccountId account, std::uint64_t serial, std::string_view record, Time now) {
    return db_
        .query(
            "INSERT INTO user_keys (account, serial, made, record) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            account, serial, now, record)
        .run_or_fail(409, "There is a record with this serial");
}

Result<void> SqliteUserKeys::drop(AccountId account, std::uint64_t serial) {
    return db_.query("DELETE FROM user_keys WHERE account = ? AND serial = ?", account, serial)
        .run_or_fail(404, "no such record");
}

Result<std::optional<PeerUser>> SqliteUserKeys::peer(std::string_view imid) {
    return db_.query("SELECT asked, told, records FROM peer_keys WHERE imid = ?", imid).one(read_peer);
}

Result<void> SqliteUserKeys::note_asked(std::string_view imid, Time now) {
    return db_
        .query(
            "INSERT INTO peer_keys (imid, asked) VALUES (?, ?) "
            "ON CONFLICT (imid) DO UPDATE SET asked = excluded.asked",
            imid, now)
        .run();
}

Result<void> SqliteUserKeys::note_told(std::string_view imid, const std::vector<std::string>& records,
                                       Time now) {
    return db_.query("UPDATE peer_keys SET told = ?, records = ? WHERE imid = ?", now, pack(records), imid)
        .run_or_fail(404, "nobody asked for this user");
}

Result<std::uint64_t> SqliteUserKeys::forget_peers(Time until) {
    return db_
        .query("DELETE FROM peer_keys WHERE imid IN (SELECT imid FROM peer_keys WHERE asked <= ? LIMIT ?)",
               until, kForgotten)
        .changes();
}

}  // namespace immp::bridge
