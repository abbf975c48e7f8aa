#include "bridge/store/sqlite_mailboxes.hpp"

#include <algorithm>

#include "bridge/store/folder_key.hpp"
#include "bridge/store/folders.hpp"
#include "bridge/store/message_row.hpp"
#include "bridge/store/read_state.hpp"
#include "bridge/wire/path.hpp"

namespace immp::bridge {

namespace {

Folder read_folder(const Row& row) {
    return {row.number(0), row.text(1), row.count(2), row.count(3)};
}

/// Whether a message of the account has the id ?1. By its folders, since one id may lie in the folders of
/// 100,000 accounts: an item of a node.
constexpr std::string_view kTaken =
    "SELECT EXISTS (SELECT 1 FROM folders o CROSS JOIN refs r ON r.uuid = ?1 AND r.folder = o.id "
    "WHERE o.account = ?2) OR "
    "EXISTS (SELECT 1 FROM leases WHERE uuid = ?1 AND account = ?2 AND message IS NOT NULL)";
/// Folder and message in one statement: it is done for each reference there is.
constexpr std::string_view kPlace =
    "SELECT f.account, m.uuid, coalesce((SELECT uuid FROM refs WHERE message = ?2 AND account = f.account), "
    "(SELECT uuid FROM leases WHERE message = ?2 AND account = f.account)) "
    "FROM folders f LEFT JOIN messages m ON m.id = ?2 WHERE f.id = ?1";

}  // namespace

Result<FolderId> SqliteMailboxes::create_folder(AccountId account, std::string_view path) {
    if (!is_path(path)) return fail(400, "not a folder path");
    const std::size_t slash = path.rfind('/');
    std::string whole(path);
    if (slash > 0) {
        const auto above = folder(account, path.substr(0, slash));
        if (!above) return std::unexpected(above.error());
        if (!*above) return fail(404, "The folder above does not exist");
        // One spelling of a folder, so that a path begins with that of the folder above.
        whole = (*above)->path + std::string(path.substr(slash));
    }
    if (static_cast<std::size_t>(std::ranges::count(path, '/')) > kMaxFolderDepth)
        return fail(413, "At most " + std::to_string(kMaxFolderDepth) + " folders deep");
    const auto held =
        db_.query("SELECT count(*) FROM folders WHERE account = ?", account).one([](const Row& row) {
            return row.count(0);
        });
    if (!held) return std::unexpected(held.error());
    if (held->value_or(0) >= kMaxFolders)
        return fail(413, "At most " + std::to_string(kMaxFolders) + " folders");
    auto added = db_.query(
                        "INSERT INTO folders (account, path, path_key) VALUES (?, ?, ?) "
                        "ON CONFLICT DO NOTHING",
                        account, whole, folder_key(whole))
                     .run_or_fail(409, "The folder exists already");
    if (!added) return std::unexpected(added.error());
    return db_.last_id();
}

Result<std::optional<Folder>> SqliteMailboxes::folder(AccountId account, std::string_view path) {
    return db_
        .query("SELECT id, path, unread, total FROM folders WHERE account = ? AND path_key = ?", account,
               folder_key(path))
        .one(read_folder);
}

Result<std::vector<Folder>> SqliteMailboxes::folders(AccountId account) {
    // A path sorts behind its own beginning, so a parent comes before its children.
    return db_
        .query(
            "SELECT id, path, unread, total FROM folders WHERE account = ? AND path <> '' ORDER BY path_key",
            account)
        .all(read_folder);
}

Result<MessageId> SqliteMailboxes::add(const Message& message) {
    return insert_message(db_, message);
}

Result<std::optional<Message>> SqliteMailboxes::message(MessageId id) {
    return select_message(db_, id);
}

Result<std::string> SqliteMailboxes::file(MessageId message, FolderId folder, Mark mark,
                                          std::string_view spare, Time now) {
    const auto place = db_.query(kPlace, folder, message).one([](const Row& row) {
        return Place{row.number(0), row.text(1), row.text(2)};
    });
    if (!place) return std::unexpected(place.error());
    if (!*place) return no_such_folder();
    if ((*place)->own.empty()) return fail(404, "No such message");
    auto uuid = choose_uuid(**place, spare);
    if (!uuid) return uuid;
    auto filed = db_.query(
                        "INSERT INTO refs (folder, account, message, uuid, is_read, sender, date, filed) "
                        "SELECT ?, ?, id, ?, ?, sender, date, ? FROM messages WHERE id = ? "
                        "ON CONFLICT (uuid, folder) DO NOTHING",
                        folder, (*place)->account, *uuid, static_cast<int>(mark == Mark::read), now, message)
                     .run();
    if (!filed) return std::unexpected(filed.error());
    return uuid;
}

/// One message has one `_id` in all folders of an account, and no two messages share one.
Result<std::string> SqliteMailboxes::choose_uuid(const Place& place, std::string_view spare) {
    if (!place.held.empty()) return place.held;
    for (const std::string_view uuid : {std::string_view(place.own), spare}) {
        const auto taken =
            db_.query(kTaken, uuid, place.account).one([](const Row& row) { return row.flag(0); });
        if (!taken) return std::unexpected(taken.error());
        if (!taken->value_or(false)) return std::string(uuid);
    }
    return fail(700, "internal error", "the spare id is in use");
}

Result<void> SqliteMailboxes::mark(const FolderView& view, std::string_view uuid, Mark mark) {
    return set_read(db_, view, uuid, mark);
}

Result<std::optional<armor::Digest>> SqliteMailboxes::submission(AccountId account, std::string_view uuid) {
    return db_.query("SELECT digest FROM submissions WHERE account = ? AND uuid = ?", account, uuid)
        .one([](const Row& row) { return row.array<32>(0); });
}

Result<void> SqliteMailboxes::record_submission(AccountId account, std::string_view uuid,
                                                const armor::Digest& digest, Time now) {
    return db_
        .query("INSERT INTO submissions (account, uuid, digest, made) VALUES (?, ?, ?, ?)", account, uuid,
               digest, now)
        .run();
}

Result<std::optional<Delivered>> SqliteMailboxes::delivered(std::string_view origin, std::string_view from,
                                                            std::string_view uuid,
                                                            std::string_view recipient) {
    return db_
        .query(
            "SELECT digest, code FROM deliveries WHERE origin = ? AND sender = ? AND uuid = ? "
            "AND recipient = ?",
            origin, from, uuid, recipient)
        .one([](const Row& row) { return Delivered{row.array<32>(0), static_cast<int>(row.number(1))}; });
}

Result<void> SqliteMailboxes::record_delivered(std::string_view origin, std::string_view from,
                                               std::string_view uuid, std::string_view recipient,
                                               const Delivered& delivered, Time now) {
    return db_
        .query(
            "INSERT INTO deliveries (origin, sender, uuid, recipient, digest, code, made) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            origin, from, uuid, recipient, delivered.digest, delivered.code, now)
        .run();
}

Result<std::uint64_t> SqliteMailboxes::forget_delivered(Time before) {
    const auto submissions = db_.query(
                                    "DELETE FROM submissions WHERE id IN (SELECT id FROM submissions "
                                    "WHERE made < ? LIMIT ?)",
                                    before, kSweepRows)
                                 .changes();
    if (!submissions) return submissions;
    const auto deliveries = db_.query(
                                   "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries "
                                   "WHERE made < ? LIMIT ?)",
                                   before, kSweepRows)
                                .changes();
    if (!deliveries) return deliveries;
    return *submissions + *deliveries;
}

}  // namespace immp::bridge
