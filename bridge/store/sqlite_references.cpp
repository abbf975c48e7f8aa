#include "bridge/store/sqlite_references.hpp"

#include "bridge/store/read_state.hpp"

namespace immp::bridge {

namespace {

std::optional<std::int64_t> number_of(std::optional<bool> flag) {
    if (!flag) return std::nullopt;
    return *flag ? 1 : 0;
}

}  // namespace

Result<void> SqliteReferences::copy(FolderId from, std::string_view uuid, FolderId to, Time now) {
    const auto there =
        db_.query("SELECT 1 FROM refs WHERE uuid = ? AND folder = ?", uuid, from).one([](const Row& row) {
            return row.flag(0);
        });
    if (!there) return std::unexpected(there.error());
    if (!*there) return fail(404, "No such message");
    const auto made =
        db_.query(
               "INSERT INTO refs (folder, account, message, uuid, is_read, is_flagged, sender, date, filed) "
               "SELECT ?, account, message, uuid, is_read, is_flagged, sender, date, ? FROM refs "
               "WHERE uuid = ? AND folder = ? ON CONFLICT (uuid, folder) DO NOTHING",
               to, now, uuid, from)
            .changes();
    if (!made) return std::unexpected(made.error());
    if (*made == 0) return {};
    return copy_read(db_, from, uuid, to);
}

Result<void> SqliteReferences::set_flags(const FolderView& view, std::string_view uuid,
                                         const FlagChange& change) {
    const bool reads = change.read && view.member;
    if (reads) {
        auto marked = set_read(db_, view, uuid, *change.read ? Mark::read : Mark::unread);
        if (!marked) return marked;
    }
    return db_
        .query(
            "UPDATE refs SET is_read = coalesce(?, is_read), is_flagged = coalesce(?, is_flagged) "
            "WHERE uuid = ? AND folder = ?",
            number_of(reads ? std::nullopt : change.read), number_of(change.flagged), uuid, view.folder)
        .run_or_fail(404, "No such message");
}

Result<void> SqliteReferences::remove(FolderId folder, std::string_view uuid) {
    return db_.query("DELETE FROM refs WHERE uuid = ? AND folder = ?", uuid, folder)
        .run_or_fail(404, "No such message");
}

Result<bool> SqliteReferences::lies_in(FolderId folder, MessageId message) {
    const auto found = db_.query(
                              "SELECT EXISTS (SELECT 1 FROM refs WHERE message = ?1 AND folder = ?2 "
                              "AND account = (SELECT account FROM folders WHERE id = ?2))",
                              message, folder)
                           .one([](const Row& row) { return row.flag(0); });
    if (!found) return std::unexpected(found.error());
    return found->value_or(false);
}

Result<bool> SqliteReferences::lies_elsewhere(FolderId folder, std::string_view uuid) {
    const auto elsewhere = db_.query(
                                  "SELECT EXISTS (SELECT 1 FROM refs o JOIN folders f ON f.id = o.folder "
                                  "WHERE o.message = r.message AND o.account = r.account AND o.folder <> "
                                  "r.folder AND f.path <> '') FROM refs r WHERE r.uuid = ? AND r.folder = ?",
                                  uuid, folder)
                               .one([](const Row& row) { return row.flag(0); });
    if (!elsewhere) return std::unexpected(elsewhere.error());
    if (!*elsewhere) return fail(404, "No such message");
    return **elsewhere;
}

}  // namespace immp::bridge
