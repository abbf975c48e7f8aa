// Folders that are renamed and dropped; they are made and found by Mailboxes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "armor/error.hpp"
#include "bridge/store/accounts.hpp"

namespace immp::bridge {

/// Where pushes that were let in, and items of nodes, lie; made with the first that may come.
inline constexpr std::string_view kPushFolder = "/PUSH";

/// "/a/b" is two deep. 413.
inline constexpr std::size_t kMaxFolderDepth = 16;
/// Of one account, the default ones included. 413.
inline constexpr std::uint64_t kMaxFolders = 1000;

[[nodiscard]] inline std::unexpected<Error> no_such_folder() {
    return fail(404, "No such folder");
}

class Folders {
  public:
    virtual ~Folders() = default;
    /// The folder and all below it; its path then. 403 for a default folder, 404 if it or the new folder
    /// above is not there, 409 if the new path is, 400 into itself, 413 where a path would get too long or
    /// too deep.
    [[nodiscard]] virtual Result<std::string> rename(AccountId account, std::string_view path,
                                                     std::string_view to) = 0;
    /// Into TRASH with all below it, under its own name or that with a number; its path then. What lies in
    /// TRASH goes for good: the path is empty. Rights that others had to these folders end. 403, 404, 413.
    [[nodiscard]] virtual Result<std::string> drop(AccountId account, std::string_view path) = 0;
    /// Ends references in folders dropped for good, then the folders; returns how many rows. Bounded: call
    /// again until it is 0.
    [[nodiscard]] virtual Result<std::uint64_t> sweep() = 0;
};

/// INBOX, DRAFTS, SENT, JUNK, TRASH, in any case: can't be renamed or dropped (403).
[[nodiscard]] bool is_default_folder(std::string_view path);
/// TRASH or a folder in it.
[[nodiscard]] bool is_in_trash(std::string_view path);

}  // namespace immp::bridge
