// The reading side of a folder: finding, listing and counting references. Each selector has an index of its
// own, so that a page costs its own length and not the mailbox's.
#include <charconv>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "bridge/store/netstrings.hpp"
#include "bridge/store/sqlite_mailboxes.hpp"
#include "bridge/store/sqlite_texts.hpp"

namespace immp::bridge {

namespace {

/// What a selector is in SQL, with `?2` as its argument. INDEXED BY because SQLite would rather walk the
/// whole folder in the order it is to come out. Each index gives its order without sorting: since= that of
/// the dates, the others that of arrival.
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
        case SelectorKind::text:
            return {"refs_all",
                    " AND r.message IN (SELECT rowid FROM message_text WHERE message_text MATCH ?2)"};
    }
    return {};
}

constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();

/// Where a page ended: the row id of its last reference, and its date where dates give the order.
struct Cursor {
    std::int64_t date = kNewest;
    std::int64_t id = kNewest;
};

/// SELECT `what` of the references of folder `?1` that the selector takes.
std::string select(std::string_view what, SelectorKind kind, std::string_view join) {
    const Condition condition = condition_of(kind);
    std::string sql = "SELECT ";
    sql.append(what).append(" FROM refs r INDEXED BY ").append(condition.index).append(join);
    return sql.append(" WHERE r.folder = ?1").append(condition.where);
}

/// The page of `?5` references behind cursor (`?3`, `?4`).
std::string select_page(std::string_view columns, SelectorKind kind) {
    const std::string all = select(columns, kind, " CROSS JOIN messages m ON m.id = r.message");
    if (kind == SelectorKind::since)
        return all + " AND (r.date, r.id) < (?3, ?4) ORDER BY r.date DESC, r.id DESC LIMIT ?5";
    return all + " AND r.id < ?4 ORDER BY r.id DESC LIMIT ?5";
}

/// Calls `use` with the selector's argument, in the type that its column has.
template <class Use>
auto with_argument(const Selector& selector, Use use) {
    if (selector.kind == SelectorKind::since) return use(selector.since);
    if (selector.kind == SelectorKind::text) return use(match_expression(selector.words));
    return use(selector.from);
}

constexpr std::string_view kColumns =
    "r.id, r.uuid, r.message, m.sender, m.recipients, m.subject, m.date, m.length, r.is_read, r.is_flagged, "
    "m.importance, r.date";

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
    std::int64_t date = 0;
    Reference reference;
};

Listed read_listed(const Row& row) {
    return {row.number(0), row.number(11), read_reference(row)};
}

/// A whole number in its one form.
std::optional<std::int64_t> parse_whole(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || std::to_string(number) != text)
        return std::nullopt;
    return number;
}

/// `<id>`, or `<date>.<id>` where dates give the order.
Result<Cursor> parse_cursor(std::string_view after, SelectorKind kind) {
    Cursor cursor;
    if (after.empty()) return cursor;
    const std::size_t point = kind == SelectorKind::since ? after.find('.') : after.npos;
    const auto date = point == after.npos ? kNewest : parse_whole(after.substr(0, point));
    const auto id = parse_whole(after.substr(point == after.npos ? 0 : point + 1));
    const bool is_dated = point != after.npos;
    if (!date || !id || *id < 1 || is_dated != (kind == SelectorKind::since))
        return fail(400, "not a cursor");
    return Cursor{*date, *id};
}

std::string cursor_text(const Listed& last, SelectorKind kind) {
    std::string id = std::to_string(last.id);
    if (kind != SelectorKind::since) return id;
    return std::to_string(last.date) + "." + id;
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
    const auto cursor = parse_cursor(after, selector.kind);
    if (!cursor) return std::unexpected(cursor.error());
    const std::string sql = select_page(kColumns, selector.kind);
    // One more than asked for tells whether there is a next page.
    auto listed = with_argument(selector, [&](const auto& argument) {
        return db_.query(sql, folder, argument, cursor->date, cursor->id, std::uint64_t{limit} + 1)
            .all(read_listed);
    });
    if (!listed) return std::unexpected(listed.error());
    ReferencePage page;
    if (listed->size() > limit) {
        listed->resize(limit);
        if (limit > 0) page.next = cursor_text(listed->back(), selector.kind);
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
    const auto read_sums = [](const Row& row) { return std::pair(row.count(0), row.count(1)); };
    const auto sums = selector.kind == SelectorKind::flagged
                          ? db_.query(sql, folder).one(read_sums)
                          : with_argument(selector, [&](const auto& argument) {
                                return db_.query(sql, folder, argument).one(read_sums);
                            });
    if (!sums) return std::unexpected(sums.error());
    std::tie(counted.total, counted.unread) = sums->value();
    return counted;
}

}  // namespace immp::bridge
