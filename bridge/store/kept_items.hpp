// How many items of a node, and of a feed, are kept: the newest, by number and by octets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace immp::bridge {

/// What is kept has so many octets together; the oldest go, but never the newest. They count for no quota,
/// and there may be thousands of nodes.
inline constexpr std::uint64_t kKeptItemBytes = 16ull << 20;

/// The statement that drops the others: ?1 whose items, ?2 how many stay, ?3 how many octets those may have
/// together. The newest always stays.
[[nodiscard]] inline std::string drop_older(std::string_view table, std::string_view owner) {
    const std::string of = std::string(owner) + " = ?1";
    return std::string("DELETE FROM ")
        .append(table)
        .append(" WHERE " + of)
        .append(
            " AND sequence < (SELECT min(sequence) FROM (SELECT i.sequence, "
            "row_number() OVER newest AS place, sum(m.length) OVER newest AS octets FROM ")
        .append(table)
        .append(" i JOIN messages m ON m.id = i.message WHERE i." + of)
        .append(
            " WINDOW newest AS (ORDER BY i.sequence DESC)) "
            "WHERE place = 1 OR (place <= ?2 AND octets <= ?3))");
}

}  // namespace immp::bridge
