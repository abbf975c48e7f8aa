// /PUSH, where pushes and items of nodes lie.
#pragma once

#include "bridge/store/store.hpp"

namespace immp::bridge {

/// The account's, made now where it is not there. 413.
[[nodiscard]] Result<FolderId> push_folder(Transaction& transaction, AccountId account);

}  // namespace immp::bridge
