// Who has read what: the account itself in refs.is_read, members of a shared mailbox in `seen`.
#pragma once

#include <string_view>

#include "bridge/store/mailboxes.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

/// 404 if there is no such reference.
[[nodiscard]] Result<void> set_read(Database& connection, const FolderView& view, std::string_view uuid,
                                    Mark mark);
/// A new reference has been read by whoever had read the one that it was copied from.
[[nodiscard]] Result<void> copy_read(Database& connection, FolderId from, std::string_view uuid, FolderId to);

}  // namespace immp::bridge
