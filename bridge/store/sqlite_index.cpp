// The reading side of a folder: finding, listing and counting references. Each selector has an index of its
// own, so that a page costs its own length and not the mailbox's.
#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "bridge/store/netstrings.hpp"
#include "bridge/store/sqlite_mailboxes.hpp"

namespace immp::bridge {

namespace {

/// Whether a reference has been read, in SQL: by the account itself, or by the member `?3`.
std::string is_read(const FolderView& view) {
    if (!view.member) return "r.is_read";
    return "EXISTS (SELECT 1 FROM seen s WHERE s.ref = r.id AND s.member = ?3)";
}

/// What a selector is in SQL, with `?2` as its argument. INDEXED BY because SQLite would rather walk the
/// whole folder in the order it is to come out. Each index gives its order without sorting: since= that of
/// the dates, the others that of arrival.
struct Condition {
    std::string_view index;
    std::string where;
};

Condition condition_of(SelectorKind kind, const FolderView& view) {
    switch (kind) {
        case SelectorKind::all: return {"refs_all", ""};
        case SelectorKind::unread:
            if (view.member) return {"refs_all", " AND NOT " + is_read(view)};
            return {"refs_unread", " AND r.is_read = 0"};
        case SelectorKind::flagged: return {"refs_flagged", " AND r.is_flagged = 1"};
        case SelectorKind::since: return {"refs_date", " AND r.date >= ?2"};
        case SelectorKind::from: return {"refs_sender", " AND r.sender = ?2"};
    }
    return {};
}

constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();

/// Where a page ended: the row id of its last reference, and its date where dates give the order.
struct Cursor {
    std::int64_t date = kNewest;
    std::int64_t id = kNewest;
};

std::string columns_of(const FolderView& view) {
    return "r.id, r.uuid, r.message, m.sender, m.recipients, m.subject, m.date, m.length, " + is_read(view) +
           ", r.is_flagged, m.importance, r.date";
}

/// SELECT `what` of the references of folder `?1` that the selector takes.
std::string select(std::string_view what, SelectorKind kind, const FolderView& view, std::string_view join) {
    const Condition condition = condition_of(kind, view);
    std::string sql = "SELECT ";
    sql.append(what).append(" FROM refs r INDEXED BY ").append(condition.index).append(join);
    return sql.append(" WHERE r.folder = ?1").append(condition.where);
}

/// The page of `?6` references behind cursor (`?4`, `?5`).
std::string select_page(SelectorKind kind, const FolderView& view) {
    const std::string all =
        select(columns_of(view), kind, view, " CROSS JOIN messages m ON m.id = r.message");
    if (kind == SelectorKind::since)
        return all + " AND (r.date, r.id) < (?4, ?5) ORDER BY r.date DESC, r.id DESC LIMIT ?6";
    return all + " AND r.id < ?5 ORDER BY r.id DESC LIMIT ?6";
}

/// Calls `use` with the selector's argument, in the type that its column has.
template <class Use>
auto with_argument(const Selector& selector, Use use) {
    return selector.kind == SelectorKind::since ? use(selector.since) : use(selector.from);
}

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

Result<std::optional<Reference>> SqliteMailboxes::find(const FolderView& view, std::string_view uuid) {
    const std::string sql = "SELECT " + columns_of(view) +
                            " FROM refs r JOIN messages m ON m.id = r.message "
                            "WHERE r.uuid = ?1 AND r.folder = ?2";
    return db_.query(sql, uuid, view.folder, view.member).one(read_reference);
}

Result<ReferencePage> SqliteMailboxes::index(const FolderView& view, const Selector& selector,
                                             std::uint32_t limit, std::string_view after) {
    const auto cursor = parse_cursor(after, selector.kind);
    if (!cursor) return std::unexpected(cursor.error());
    const std::string sql = select_page(selector.kind, view);
    // One more than asked for tells whether there is a next page.
    std::uint64_t rows = std::uint64_t{limit} + 1;
    if (view.member && selector.kind == SelectorKind::unread) {
        // No index leads to what a member has not read; with the last of them the search ends.
        const auto counted = count(view, {});
        if (!counted) return std::unexpected(counted.error());
        rows = std::min(rows, counted->unread);
    }
    auto listed = with_argument(selector, [&](const auto& argument) {
        return db_.query(sql, view.folder, argument, view.member, cursor->date, cursor->id, rows)
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

Result<Folder> SqliteMailboxes::count(const FolderView& view, const Selector& selector) {
    const std::string_view numbers =
        view.member ? "SELECT id, path, total - ifnull((SELECT seen FROM seen_counts WHERE folder = ?1 AND "
                      "member = ?2), 0), total FROM folders WHERE id = ?1"
                    : "SELECT id, path, unread, total FROM folders WHERE id = ?1";
    auto found = db_.query(numbers, view.folder, view.member).one([](const Row& row) {
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
    const std::string sql =
        select("count(*), coalesce(sum(NOT " + is_read(view) + "), 0)", selector.kind, view, "");
    const auto read_sums = [](const Row& row) { return std::pair(row.count(0), row.count(1)); };
    const auto sums =
        selector.kind == SelectorKind::flagged
            ? db_.query(sql, view.folder, std::optional<std::int64_t>(), view.member).one(read_sums)
            : with_argument(selector, [&](const auto& argument) {
                  return db_.query(sql, view.folder, argument, view.member).one(read_sums);
              });
    if (!sums) return std::unexpected(sums.error());
    std::tie(counted.total, counted.unread) = sums->value();
    return counted;
}

}  // namespace immp::bridge
