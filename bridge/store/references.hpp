// References to messages, once they are filed: between folders, their flags, their end. A message whose last
// reference goes, goes too, when no lease and no outbox row needs it.
#pragma once

#include <optional>
#include <string_view>

#include "armor/error.hpp"
#include "bridge/store/mailboxes.hpp"

namespace immp::bridge {

/// What is left out stays as it is.
struct FlagChange {
    std::optional<bool> read;
    std::optional<bool> flagged;
};

/// Folders of one call are of one account. Each is 404 if there is no such reference.
class References {
  public:
    virtual ~References() = default;
    /// A reference in `to` too, with the same flags, as the newest there. One that is there stays as it is.
    [[nodiscard]] virtual Result<void> copy(FolderId from, std::string_view uuid, FolderId to, Time now) = 0;
    [[nodiscard]] virtual Result<void> set_flags(const FolderView& view, std::string_view uuid,
                                                 const FlagChange& change) = 0;
    [[nodiscard]] virtual Result<void> remove(FolderId folder, std::string_view uuid) = 0;
    /// Whether the message lies in this folder.
    [[nodiscard]] virtual Result<bool> lies_in(FolderId folder, MessageId message) = 0;
    /// Whether the message lies in another folder of the account too.
    [[nodiscard]] virtual Result<bool> lies_elsewhere(FolderId folder, std::string_view uuid) = 0;
};

}  // namespace immp::bridge
