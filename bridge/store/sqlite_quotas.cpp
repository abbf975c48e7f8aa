#include "bridge/store/sqlite_quotas.hpp"

namespace immp::bridge {

Usage read_usage(const Row& row, int first) {
    Usage usage{row.count(first), {}};
    if (row.number(first + 1) >= 0) usage.limit_bytes = row.count(first + 1);
    return usage;
}

Result<Usage> SqliteQuotas::usage(AccountId account) {
    const auto found = db_.query("SELECT used, coalesce(quota, -1) FROM accounts WHERE id = ?", account)
                           .one([](const Row& row) { return read_usage(row, 0); });
    if (!found) return std::unexpected(found.error());
    if (!*found) return fail(404, "No such account");
    return **found;
}

Result<void> SqliteQuotas::set_limit(AccountId account, std::optional<std::uint64_t> bytes) {
    std::optional<std::int64_t> quota;
    if (bytes) quota = static_cast<std::int64_t>(*bytes);
    return db_.query("UPDATE accounts SET quota = ? WHERE id = ?", quota, account)
        .run_or_fail(404, "No such account");
}

Result<bool> SqliteQuotas::holds(AccountId account, MessageId message) {
    const auto held = db_.query(
                             "SELECT EXISTS (SELECT 1 FROM refs WHERE message = ?1 AND account = ?2) "
                             "OR EXISTS (SELECT 1 FROM leases WHERE message = ?1 AND account = ?2)",
                             message, account)
                          .one([](const Row& row) { return row.flag(0); });
    if (!held) return std::unexpected(held.error());
    return held->value_or(false);
}

}  // namespace immp::bridge
