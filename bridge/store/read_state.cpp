#include "bridge/store/read_state.hpp"

namespace immp::bridge {

namespace {

Result<void> set_seen(Database& connection, std::int64_t ref, AccountId member, Mark mark) {
    if (mark == Mark::unread)
        return connection.query("DELETE FROM seen WHERE ref = ? AND member = ?", ref, member).run();
    return connection
        .query("INSERT INTO seen (ref, member) VALUES (?, ?) ON CONFLICT DO NOTHING", ref, member)
        .run();
}

}  // namespace

Result<void> set_read(Database& connection, const FolderView& view, std::string_view uuid, Mark mark) {
    if (!view.member)
        return connection
            .query("UPDATE refs SET is_read = ? WHERE uuid = ? AND folder = ?",
                   static_cast<int>(mark == Mark::read), uuid, view.folder)
            .run_or_fail(404, "No such message");
    const auto ref = connection.query("SELECT id FROM refs WHERE uuid = ? AND folder = ?", uuid, view.folder)
                         .one([](const Row& row) { return row.number(0); });
    if (!ref) return std::unexpected(ref.error());
    if (!*ref) return fail(404, "No such message");
    return set_seen(connection, **ref, *view.member, mark);
}

Result<void> copy_read(Database& connection, FolderId from, std::string_view uuid, FolderId to) {
    return connection
        .query(
            "INSERT INTO seen (ref, member) SELECT n.id, s.member FROM refs o JOIN seen s ON s.ref = o.id "
            "JOIN refs n ON n.uuid = o.uuid AND n.folder = ?3 WHERE o.uuid = ?1 AND o.folder = ?2",
            uuid, from, to)
        .run();
}

}  // namespace immp::bridge
