// Where a MBOX command points: a folder or message. `owner` stays empty where the mailbox is the session's
// own.
#pragma once

#include <string_view>

#include "bridge/session/core.hpp"
#include "bridge/wire/path.hpp"

namespace immp::bridge {

/// `<path>[::<selector>]`. 400.
[[nodiscard]] Result<Place> selected_place(const SessionCore& core, std::string_view text);
/// `<path>` alone.
[[nodiscard]] Result<Place> folder_place(const SessionCore& core, std::string_view text);
/// `<path>#<uuid>`.
[[nodiscard]] Result<Place> message_place(const SessionCore& core, std::string_view text);

/// `<path>`, or an owner alone: the whole mailbox, with an empty folder.
[[nodiscard]] Result<Place> mailbox_place(const SessionCore& core, std::string_view text);

}  // namespace immp::bridge
