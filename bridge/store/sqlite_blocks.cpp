#include "bridge/store/sqlite_blocks.hpp"

namespace immp::bridge {

namespace {

/// Account ids begin at 1.
constexpr AccountId kServer = 0;

Block read_block(const Row& row) {
    return {row.text(0), static_cast<BlockAction>(row.number(1)), row.text(2), row.time(3),
            row.maybe_time(4)};
}

}  // namespace

Result<void> SqliteBlocks::add(BlockOwner owner, const Block& block, std::uint64_t most) {
    const AccountId whose = owner.value_or(kServer);
    // One that has expired makes room for its successor.
    auto freed = db_.query("DELETE FROM blocks WHERE ifnull(account, 0) = ? AND pattern = ? AND expires <= ?",
                           whose, block.pattern, block.made)
                     .run();
    if (!freed) return freed;
    const auto count =
        db_.query("SELECT count(*) FROM blocks WHERE ifnull(account, 0) = ?", whose).one([](const Row& row) {
            return row.count(0);
        });
    if (!count) return std::unexpected(count.error());
    if (count->value_or(0) >= most)
        return fail(413, "The list is full: it has " + std::to_string(most) + " entries; drop some");
    return db_
        .query(
            "INSERT INTO blocks (account, pattern, is_glob, action, reason, made, expires) "
            "VALUES (nullif(?, 0), ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            whose, block.pattern, static_cast<int>(is_glob(block.pattern)), static_cast<int>(block.action),
            block.reason, block.made, block.expires)
        .run_or_fail(409, "This pattern is blocked already");
}

Result<void> SqliteBlocks::drop(BlockOwner owner, std::string_view pattern) {
    return db_
        .query("DELETE FROM blocks WHERE ifnull(account, 0) = ? AND pattern = ?", owner.value_or(kServer),
               pattern)
        .run_or_fail(404, "No such pattern in the list");
}

Result<std::vector<Block>> SqliteBlocks::list(BlockOwner owner, Time now) {
    return db_
        .query(
            "SELECT pattern, action, reason, made, expires FROM blocks WHERE ifnull(account, 0) = ? "
            "AND ifnull(expires > ?, 1) ORDER BY pattern",
            owner.value_or(kServer), now)
        .all(read_block);
}

Result<std::vector<Block>> SqliteBlocks::candidates(BlockOwner owner, std::string_view address,
                                                    std::string_view domain, Time now) {
    const AccountId whose = owner.value_or(kServer);
    return db_
        .query(
            "SELECT pattern, action, reason, made, expires FROM blocks WHERE ifnull(account, 0) = ? "
            "AND pattern IN (?, ?) AND is_glob = 0 AND ifnull(expires > ?, 1) "
            "UNION ALL "
            "SELECT pattern, action, reason, made, expires FROM blocks INDEXED BY blocks_glob "
            "WHERE ifnull(account, 0) = ? AND is_glob = 1 AND ifnull(expires > ?, 1)",
            whose, address, domain, now, whose, now)
        .all(read_block);
}

Result<std::uint64_t> SqliteBlocks::forget_expired(Time now) {
    return db_
        .query("DELETE FROM blocks WHERE id IN (SELECT id FROM blocks WHERE expires <= ? LIMIT ?)", now,
               kSweepRows)
        .changes();
}

Result<void> SqliteBlocks::note_refused(AccountId account, const RefusedMail& mail, std::uint32_t most) {
    auto noted = db_.query("INSERT INTO refusals (account, at, sender, code, pattern) VALUES (?, ?, ?, ?, ?)",
                           account, mail.at, mail.sender, mail.code, mail.pattern)
                     .run();
    if (!noted) return noted;
    return db_
        .query(
            "DELETE FROM refusals WHERE account = ? AND id <= "
            "(SELECT id FROM refusals WHERE account = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
            account, account, std::int64_t{most})
        .run();
}

Result<std::vector<RefusedMail>> SqliteBlocks::refused(AccountId account) {
    return db_
        .query("SELECT at, sender, code, pattern FROM refusals WHERE account = ? ORDER BY id DESC", account)
        .all([](const Row& row) {
            return RefusedMail{row.time(0), row.text(1), static_cast<int>(row.number(2)), row.text(3)};
        });
}

}  // namespace immp::bridge
