#include "bridge/store/sqlite_accounts.hpp"

#include <array>

#include "bridge/store/folder_key.hpp"

namespace immp::bridge {

namespace {

constexpr std::array<std::string_view, 5> kDefaultFolders{"/INBOX", "/DRAFTS", "/SENT", "/JUNK", "/TRASH"};

/// DISTINCT would look at every credential, and a login of no account would take the longer the more there
/// are; this seeks from one cost to the next in credentials_setting.
constexpr std::string_view kSettings = R"sql(
WITH RECURSIVE
    memories (m) AS (
        VALUES (-1)
        UNION ALL
        SELECT (SELECT memory_kib FROM credentials INDEXED BY credentials_setting
                WHERE memory_kib > m ORDER BY memory_kib LIMIT 1) FROM memories
        WHERE m IS NOT NULL),
    costs (m, p) AS (
        SELECT m, -1 FROM memories WHERE m >= 0
        UNION ALL
        SELECT m, (SELECT passes FROM credentials INDEXED BY credentials_setting
                   WHERE memory_kib = m AND passes > p ORDER BY passes LIMIT 1) FROM costs
        WHERE p IS NOT NULL),
    answers (h) AS (VALUES (0), (1))
SELECT m, p, h FROM costs, answers
WHERE p >= 0 AND EXISTS (SELECT 1 FROM credentials INDEXED BY credentials_setting
                         WHERE memory_kib = m AND passes = p AND (hash IS NOT NULL) = h)
ORDER BY m, p, h)sql";

StoredCredential read_credential(const Row& row) {
    StoredCredential read{{row.small(0), row.small(1)}, {row.secret<32>(2), row.secret<32>(3)}};
    if (row.flag(4)) read.hash = row.secret<32>(5);
    read.of_device = row.flag(6);
    return read;
}

Device read_device(const Row& row) {
    return {row.text(0), row.flag(1), row.maybe_time(2)};
}

}  // namespace

Result<AccountId> SqliteAccounts::add(std::string_view imid, Time now) {
    auto added =
        db_.query("INSERT INTO accounts (imid, made) VALUES (?, ?) ON CONFLICT DO NOTHING", imid, now)
            .run_or_fail(409, "the account exists already");
    if (!added) return std::unexpected(added.error());
    const AccountId account = db_.last_id();
    for (const std::string_view path : kDefaultFolders) {
        const std::string key = folder_key(path);
        auto made =
            db_.query("INSERT INTO folders (account, path, path_key) VALUES (?, ?, ?)", account, path, key)
                .run();
        if (!made) return std::unexpected(made.error());
    }
    return account;
}

Result<std::optional<AccountId>> SqliteAccounts::find(std::string_view imid) {
    return db_.query("SELECT id FROM accounts WHERE imid = ?", imid).one([](const Row& row) {
        return AccountId{row.number(0)};
    });
}

Result<void> SqliteAccounts::remove(std::string_view imid) {
    return db_.query("DELETE FROM accounts WHERE imid = ? AND is_shared = 0", imid)
        .run_or_fail(404, "no such account");
}

Result<std::vector<std::string>> SqliteAccounts::list() {
    return db_.query("SELECT imid FROM accounts WHERE is_shared = 0 ORDER BY imid").all([](const Row& row) {
        return row.text(0);
    });
}

Result<void> SqliteAccounts::set_credential(AccountId account, std::string_view device,
                                            const StoredCredential& credential, Time now) {
    const ByteView hash = credential.hash ? ByteView(credential.hash->view()) : ByteView();
    auto kept = db_.query(
                       "INSERT OR REPLACE INTO credentials (account, device, memory_kib, passes, stored_key, "
                       "server_key, changed, hash) VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, x''))",
                       account, device, credential.cost.memory_kib, credential.cost.passes,
                       credential.keys.stored_key.view(), credential.keys.server_key.view(), now, hash)
                    .run();
    if (!kept || device.empty()) return kept;
    return db_
        .query("INSERT INTO devices (account, name) VALUES (?, ?) ON CONFLICT DO NOTHING", account, device)
        .run();
}

Result<std::optional<StoredCredential>> SqliteAccounts::credential(AccountId account,
                                                                   std::string_view device) {
    // The empty name is the password's, and sorts first.
    return db_
        .query(
            "SELECT memory_kib, passes, stored_key, server_key, hash IS NOT NULL, hash, device <> '' "
            "FROM credentials "
            "WHERE account = ? AND device IN (?, '') ORDER BY device DESC LIMIT 1",
            account, device)
        .one(read_credential);
}

Result<std::vector<LoginSetting>> SqliteAccounts::settings_in_use() {
    return db_.query(kSettings).all(
        [](const Row& row) { return LoginSetting{{row.small(0), row.small(1)}, row.flag(2)}; });
}

Result<void> SqliteAccounts::record_login(AccountId account, std::string_view device, Time now) {
    if (device.empty()) return {};
    return db_
        .query("INSERT OR REPLACE INTO devices (account, name, last_seen) VALUES (?, ?, ?)", account, device,
               now)
        .run();
}

Result<std::vector<Device>> SqliteAccounts::devices(AccountId account) {
    return db_
        .query(
            "SELECT name, EXISTS (SELECT 1 FROM credentials c WHERE c.account = d.account "
            "AND c.device = d.name), last_seen FROM devices d WHERE account = ? ORDER BY name",
            account)
        .all(read_device);
}

Result<void> SqliteAccounts::revoke(AccountId account, std::string_view device) {
    auto removed = db_.query("DELETE FROM devices WHERE account = ? AND name = ?", account, device)
                       .run_or_fail(404, "no such device");
    if (!removed) return removed;
    return db_.query("DELETE FROM credentials WHERE account = ? AND device = ?", account, device).run();
}

Result<std::optional<Bytes>> SqliteAccounts::setting(std::string_view name) {
    return db_.query("SELECT value FROM settings WHERE name = ?", name).one([](const Row& row) {
        return row.bytes(0);
    });
}

Result<void> SqliteAccounts::set_setting(std::string_view name, ByteView value) {
    return db_.query("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, value).run();
}

}  // namespace immp::bridge
