// What a session asks of the node for the MBOX verbs that change a mailbox or wait for it; the answers too.
// Paths are `/folder[/sub]` as written, ids lower-case UUIDs. `owner` is whose mailbox is meant, a prepared
// IMID (an account, a shared mailbox, or a seat in one); empty: the account's own. Whoever has no right there
// is told 404, whether it exists or not; 403 who may look and not do this. Paths are told back with their
// owner where that is another.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace immp::bridge {

/// Answered with FolderPath. 409, 404 (its parent), 413 (too deep, too many).
struct CreateFolder {
    std::string account;
    std::string path;
    std::string owner{};
};
/// The folder with all below it. Answered with FolderPath. 403 for a default folder; 409, 404, 413, 400.
struct RenameFolder {
    std::string account;
    std::string path;
    std::string to;
    std::string owner{};
};
/// Answered with Removed: into TRASH, or, what lies there, for good. 403 for a default folder, 404.
struct DropFolder {
    std::string account;
    std::string path;
    std::string owner{};
};
/// Answered with MailboxStatus: the folder and all below it; with an empty path all that the account may see.
struct ListFolders {
    std::string account;
    std::string path;
    std::string owner{};
};

enum class Placing { move, copy };

/// Another reference to the message, in folder `to`, of another mailbox perhaps (441 where that is full);
/// moving ends the one in `path`. Answered with FolderPath.
struct PlaceMessage {
    Placing how = Placing::copy;
    std::string account;
    std::string path;
    std::string uuid;
    std::string to;
    std::string owner{};
    std::string to_owner{};  ///< of `to`
};
/// Answered with MessageFlags.
struct FlagMessage {
    std::string account;
    std::string path;
    std::string uuid;
    std::optional<bool> read;
    std::optional<bool> flagged;
    std::string owner{};
};
/// Answered with Removed.
struct RemoveMessage {
    std::string account;
    std::string path;
    std::string uuid;
    std::string owner{};
};

/// Answered with QuotaStatus.
struct AskQuota {
    std::string account;
    std::string owner{};
};

/// Ends for good what a FETCH +REMOVE took. Answered with Done, and again so; 410 when the lease has ended or
/// is another's.
struct CommitLease {
    std::string account;
    std::string lease;
};

/// Numbers a watch within its session, from 1.
using WatchId = std::uint32_t;

/// Answered with MailboxStatus of the one folder: at once when the watch is new, later when the folder has
/// changed since the answer before. An error ends the watch: 404 when the folder is gone. One question of a
/// watch is open at most, so that a client that does not read costs one question and not a queue.
struct WatchFolder {
    WatchId watch = 0;
    std::string account;
    std::string path;
    std::string owner{};
};
/// Answered with Done; an open question of the watch is answered with 410.
struct EndWatch {
    WatchId watch = 0;
};

/// As it is stored: default folders in capitals, others as created.
struct FolderPath {
    std::string path;
};
/// "read", "flagged", ...: as INDEX tells them.
struct MessageFlags {
    std::vector<std::string> flags;
};
struct Removed {
    std::string to;  ///< where in TRASH it lies now; empty: nowhere
};
struct QuotaStatus {
    std::uint64_t used_bytes = 0;
    std::optional<std::uint64_t> limit_bytes;  ///< none: unlimited
};

}  // namespace immp::bridge
