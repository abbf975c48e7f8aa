#include "bridge/store/sqlite_keys.hpp"

namespace immp::bridge {

namespace {

OwnKey read_key(const Row& row) {
    return {row.count(0),      row.text(1), row.secret<32>(2), row.secret<32>(3),
            row.secret<32>(4), row.time(5), row.maybe_time(6)};
}

Pin read_pin(const Row& row) {
    return {row.text(0), row.text(1), row.text(2), static_cast<PinState>(row.number(3)),
            row.time(4), row.time(5), row.flag(6)};
}

}  // namespace

Result<std::vector<OwnKey>> SqliteKeys::own() {
    return db_
        .query(
            "SELECT serial, record, sign_seed, next_sign_seed, seal_secret, made, retired "
            "FROM own_keys ORDER BY serial")
        .all(read_key);
}

Result<void> SqliteKeys::add_own(const OwnKey& key) {
    return db_
        .query(
            "INSERT INTO own_keys (serial, record, sign_seed, next_sign_seed, seal_secret, made, retired) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            key.serial, key.record, key.sign_seed.view(), key.next_sign_seed.view(), key.seal_secret.view(),
            key.made, key.retired)
        .run_or_fail(409, "there is a key with this serial");
}

Result<void> SqliteKeys::retire_own(std::uint64_t serial, Time now) {
    return db_.query("UPDATE own_keys SET retired = ? WHERE serial = ?", now, serial)
        .run_or_fail(404, "no such key");
}

Result<void> SqliteKeys::wipe_own(std::uint64_t serial) {
    // As long as before, so it lands on the same octets of the page; the log with the old page goes as well.
    db_.want_log_gone();
    return db_
        .query("UPDATE own_keys SET seal_secret = zeroblob(32) WHERE serial = ? AND retired IS NOT NULL",
               serial)
        .run_or_fail(404, "no such retired key");
}

Result<std::optional<Pin>> SqliteKeys::pin(std::string_view domain) {
    return db_
        .query(
            "SELECT domain, record, offered, state, first_seen, changed, confirmed FROM pins "
            "WHERE domain = ?",
            domain)
        .one(read_pin);
}

Result<void> SqliteKeys::save_pin(const Pin& pin) {
    return db_
        .query(
            "INSERT OR REPLACE INTO pins (domain, record, offered, state, first_seen, changed, confirmed) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            pin.domain, pin.record, pin.offered, static_cast<int>(pin.state), pin.first_seen, pin.changed,
            static_cast<int>(pin.confirmed))
        .run();
}

Result<std::vector<Pin>> SqliteKeys::pins() {
    return db_
        .query(
            "SELECT domain, record, offered, state, first_seen, changed, confirmed FROM pins "
            "ORDER BY domain")
        .all(read_pin);
}

}  // namespace immp::bridge
