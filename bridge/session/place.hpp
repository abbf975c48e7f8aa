// Where a MBOX command points: a folder or message of the session's own mailbox.
#pragma once

#include <string_view>

#include "bridge/session/core.hpp"
#include "bridge/wire/path.hpp"

namespace immp::bridge {

/// `<path>[::<selector>]`. 400; another's mailbox is 404 whether it exists or not.
[[nodiscard]] Result<Place> selected_place(const SessionCore& core, std::string_view text);
/// `<path>` alone.
[[nodiscard]] Result<Place> folder_place(const SessionCore& core, std::string_view text);
/// `<path>#<uuid>`.
[[nodiscard]] Result<Place> message_place(const SessionCore& core, std::string_view text);

}  // namespace immp::bridge
