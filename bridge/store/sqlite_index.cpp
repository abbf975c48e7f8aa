// The reading side of a folder: finding, listing and counting references. Each selector has an index of its
// own, so that a page costs its own length and not the mailbox's.
#include <charconv>
#include <limits>
#include <tuple>
#include <utility>

#include "bridge/store/netstrings.hpp"
#include "bridge/store/sqlite_mailboxes.hpp"

namespace immp::bridge {

namespace {

/// What a selector is in SQL, with `?2` as its argument. INDEXED BY because SQLite would rather walk the
/// whole folder in the order it is to come out.
struct Condition {
    std::string_view index;
    std::string_view where;
};

Condition condition_of(SelectorKind kind) {
    switch (kind) {
        case SelectorKind::all: return {"refs_all", ""};
        case SelectorKind::unread: return {"refs_unread", " AND r.is_read = 0"};
        case SelectorKind::flagged: return {"refs_flagged", " AND r.is_flagged = 1"};
        case SelectorKind::since: return {"refs_date", " AND r.date >= ?2"};
        case SelectorKind::from: return {"refs_sender", " AND r.sender = ?2"};
    }
    return {};
}

constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();

/// SELECT `what` of the references of folder `?1` that the selector takes, before cursor `?3`.
std::string select(std::string_view what, SelectorKind kind, std::string_view join) {
    const Condition condition = condition_of(kind);
    std::string sql = "SELECT ";
    sql.append(what).append(" FROM refs r INDEXED BY ").append(condition.index).append(join);
    return sql.append(" WHERE r.folder = ?1 AND r.id < ?3").append(condition.where);
}

/// Calls `use` with the selector's argument, in the type that its column has.
template <class Use>
auto with_argument(const Selector& selector, Use use) {
    return selector.kind == SelectorKind::since ? use(selector.since) : use(selector.from);
}

constexpr std::string_view kColumns =
    "r.id, r.uuid, r.message, m.sender, m.recipients, m.subject, m.date, m.length, r.is_read, r.is_flagged, "
    "m.importance";

Reference read_reference(const Row& row) {
    Reference reference;
    reference.uuid = row.text(1);
    reference.message = row.number(2);
    reference.from = row.text(3);
    reference.to = unpack(row.text(4));
    reference.subject = row.text(5);
    reference.date = row.time(6);
    reference.length = row.count(7);
    reference.read = row.flag(8);
    reference.flagged = row.flag(9);
    reference.important = static_cast<Importance>(row.number(10)) == Importance::high;
    return reference;
}

struct Listed {
    std::int64_t id = 0;
    Reference reference;
};

Listed read_listed(const Row& row) {
    return {row.number(0), read_reference(row)};
}

/// A cursor is the row id of the last reference of the page before it.
Result<std::int64_t> parse_cursor(std::string_view after) {
    if (after.empty()) return kNewest;
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), id);
    if (error != std::errc{} || end != after.data() + after.size() || id < 1 || std::to_string(id) != after)
        return fail(400, "not a cursor");
    return id;
}

}  // namespace

Result<std::optional<Reference>> SqliteMailboxes::find(FolderId folder, std::string_view uuid) {
    std::string sql = "SELECT ";
    sql += kColumns;
    sql += " FROM refs r JOIN messages m ON m.id = r.message WHERE r.uuid = ? AND r.folder = ?";
    return db_.query(sql, uuid, folder).one(read_reference);
}

Result<ReferencePage> SqliteMailboxes::index(FolderId folder, const Selector& selector, std::uint32_t limit,
                                             std::string_view after) {
    const auto cursor = parse_cursor(after);
    if (!cursor) return std::unexpected(cursor.error());
    const std::string sql = select(kColumns, selector.kind, " CROSS JOIN messages m ON m.id = r.message") +
                            " ORDER BY r.id DESC LIMIT ?4";
    // One more than asked for tells whether there is a next page.
    auto listed = with_argument(selector, [&](const auto& argument) {
        return db_.query(sql, folder, argument, *cursor, std::uint64_t{limit} + 1).all(read_listed);
    });
    if (!listed) return std::unexpected(listed.error());
    ReferencePage page;
    if (listed->size() > limit) {
        listed->resize(limit);
        if (limit > 0) page.next = std::to_string(listed->back().id);
    }
    for (Listed& entry : *listed)
        page.references.push_back(std::move(entry.reference));
    return page;
}

Result<Folder> SqliteMailboxes::count(FolderId folder, const Selector& selector) {
    auto found =
        db_.query("SELECT id, path, unread, total FROM folders WHERE id = ?", folder).one([](const Row& row) {
            return Folder{row.number(0), row.text(1), row.count(2), row.count(3)};
        });
    if (!found) return std::unexpected(found.error());
    if (!*found) return fail(404, "no such folder");
    Folder counted = std::move(**found);
    if (selector.kind == SelectorKind::all) return counted;
    if (selector.kind == SelectorKind::unread) {
        counted.total = counted.unread;
        return counted;
    }
    const std::string sql = select("count(*), coalesce(sum(r.is_read = 0), 0)", selector.kind, "");
    const auto sums = with_argument(selector, [&](const auto& argument) {
        return db_.query(sql, folder, argument, kNewest).one([](const Row& row) {
            return std::pair(row.count(0), row.count(1));
        });
    });
    if (!sums) return std::unexpected(sums.error());
    std::tie(counted.total, counted.unread) = sums->value();
    return counted;
}

}  // namespace immp::bridge
