#include "bridge/store/sqlite_shares.hpp"

namespace immp::bridge {

namespace {

Share read_share(const Row& row) {
    return {row.text(0), row.text(1), row.text(2), Rights::of_bits(row.small(3))};
}

}  // namespace

Result<AccountId> SqliteShares::add_mailbox(std::string_view imid, Time now) {
    auto account = accounts_.add(imid, now);
    if (!account) return account;
    auto marked = db_.query("UPDATE accounts SET is_shared = 1 WHERE id = ?", *account).run();
    if (!marked) return std::unexpected(marked.error());
    return account;
}

Result<void> SqliteShares::remove_mailbox(std::string_view imid) {
    return db_.query("DELETE FROM accounts WHERE imid = ? AND is_shared = 1", imid)
        .run_or_fail(404, "no such shared mailbox");
}

Result<bool> SqliteShares::is_mailbox(AccountId account) {
    const auto found =
        db_.query("SELECT is_shared FROM accounts WHERE id = ?", account).one([](const Row& row) {
            return row.flag(0);
        });
    if (!found) return std::unexpected(found.error());
    return found->value_or(false);
}

Result<std::vector<std::string>> SqliteShares::mailboxes() {
    return db_.query("SELECT imid FROM accounts WHERE is_shared = 1 ORDER BY imid").all([](const Row& row) {
        return row.text(0);
    });
}

Result<void> SqliteShares::give(AccountId owner, std::optional<FolderId> folder, AccountId member,
                                Rights rights) {
    if (rights.empty())
        return db_
            .query("DELETE FROM shares WHERE account = ? AND member = ? AND ifnull(folder, 0) = ?", owner,
                   member, folder.value_or(0))
            .run();
    const auto held = db_.query(
                             "SELECT count(*) FROM shares WHERE account = ? "
                             "AND NOT (member = ? AND ifnull(folder, 0) = ?)",
                             owner, member, folder.value_or(0))
                          .one([](const Row& row) { return row.count(0); });
    if (!held) return std::unexpected(held.error());
    if (held->value_or(0) >= kMaxShares)
        return fail(413, "At most " + std::to_string(kMaxShares) + " rights of a mailbox");
    return db_
        .query(
            "INSERT INTO shares (account, folder, member, rights) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (account, member, ifnull(folder, 0)) DO UPDATE SET rights = excluded.rights",
            owner, folder, member, std::int64_t{rights.bits()})
        .run();
}

Result<std::vector<Share>> SqliteShares::given(AccountId owner, std::optional<FolderId> folder) {
    return db_
        .query(
            "SELECT o.imid, ifnull(f.path, ''), m.imid, s.rights FROM shares s "
            "JOIN accounts o ON o.id = s.account JOIN accounts m ON m.id = s.member "
            "LEFT JOIN folders f ON f.id = s.folder "
            "WHERE s.account = ? AND ifnull(s.folder, 0) = ? ORDER BY m.imid",
            owner, folder.value_or(0))
        .all(read_share);
}

Result<std::vector<Share>> SqliteShares::held(AccountId member) {
    return db_
        .query(
            "SELECT o.imid, ifnull(f.path, ''), m.imid, s.rights FROM shares s "
            "JOIN accounts o ON o.id = s.account JOIN accounts m ON m.id = s.member "
            "LEFT JOIN folders f ON f.id = s.folder WHERE s.member = ? ORDER BY o.imid, f.path_key",
            member)
        .all(read_share);
}

Result<std::vector<Grant>> SqliteShares::grants(AccountId owner, AccountId member) {
    return db_
        .query(
            "SELECT ifnull(f.path_key, ''), s.rights FROM shares s LEFT JOIN folders f ON f.id = s.folder "
            "WHERE s.account = ? AND s.member = ?",
            owner, member)
        .all([](const Row& row) { return Grant{row.text(0), Rights::of_bits(row.small(1))}; });
}

Result<void> SqliteShares::note_sender(AccountId owner, MessageId message, std::string_view sender) {
    return db_
        .query("INSERT OR REPLACE INTO senders (message, account, sender) VALUES (?, ?, ?)", message, owner,
               sender)
        .run();
}

Result<std::optional<std::string>> SqliteShares::sender(AccountId owner, MessageId message) {
    return db_.query("SELECT sender FROM senders WHERE message = ? AND account = ?", message, owner)
        .one([](const Row& row) { return row.text(0); });
}

}  // namespace immp::bridge
