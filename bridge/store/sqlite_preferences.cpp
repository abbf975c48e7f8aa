#include "bridge/store/sqlite_preferences.hpp"

namespace immp::bridge {

Result<std::vector<Preference>> SqlitePreferences::all(AccountId account) {
    return db_.query("SELECT name, value FROM account_settings WHERE account = ? ORDER BY name", account)
        .all([](const Row& row) { return Preference{row.text(0), row.text(1)}; });
}

Result<std::optional<std::string>> SqlitePreferences::get(AccountId account, std::string_view name) {
    return db_.query("SELECT value FROM account_settings WHERE account = ? AND name = ?", account, name)
        .one([](const Row& row) { return row.text(0); });
}

Result<void> SqlitePreferences::set(AccountId account, std::string_view name, std::string_view value) {
    if (value.empty())
        return db_.query("DELETE FROM account_settings WHERE account = ? AND name = ?", account, name).run();
    return db_
        .query("INSERT OR REPLACE INTO account_settings (account, name, value) VALUES (?, ?, ?)", account,
               name, value)
        .run();
}

Result<std::vector<PreferenceHolder>> SqlitePreferences::holders(std::string_view name) {
    return db_.query("SELECT account, value FROM account_settings WHERE name = ? ORDER BY account", name)
        .all([](const Row& row) { return PreferenceHolder{row.number(0), row.text(1)}; });
}

Result<std::uint64_t> SqlitePreferences::remove_filed(AccountId account, Time before, std::uint32_t most) {
    return db_
        .query(
            "DELETE FROM refs WHERE id IN (SELECT r.id FROM folders f CROSS JOIN refs r INDEXED BY "
            "refs_filed ON r.folder = f.id WHERE f.account = ? AND f.path <> '/DRAFTS' "
            "AND f.path NOT LIKE '/DRAFTS/%' AND r.filed < ? AND r.is_flagged = 0 LIMIT ?)",
            account, before, std::int64_t{most})
        .changes();
}

Result<std::uint64_t> SqlitePreferences::answers_since(AccountId account, Time since) {
    auto count =
        db_.query("SELECT count(*) FROM vacation_answers WHERE account = ? AND made >= ?", account, since)
            .one([](const Row& row) { return row.count(0); });
    if (!count) return std::unexpected(count.error());
    return count->value_or(0);
}

Result<std::optional<Time>> SqlitePreferences::answered(AccountId account, std::string_view sender) {
    return db_.query("SELECT made FROM vacation_answers WHERE account = ? AND sender = ?", account, sender)
        .one([](const Row& row) { return row.time(0); });
}

Result<void> SqlitePreferences::note_answer(AccountId account, std::string_view sender, Time now) {
    return db_
        .query("INSERT OR REPLACE INTO vacation_answers (account, sender, made) VALUES (?, ?, ?)", account,
               sender, now)
        .run();
}

Result<std::uint64_t> SqlitePreferences::forget_answers(Time before) {
    return db_
        .query(
            "DELETE FROM vacation_answers WHERE (account, sender) IN (SELECT account, sender FROM "
            "vacation_answers WHERE made < ? LIMIT ?)",
            before, kSweepRows)
        .changes();
}

}  // namespace immp::bridge
