// Pushes and items of nodes as `immp` shows them. What others wrote cannot look like what we say: their text
// has a bar in front of each line, and an address is always shown whole.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "armor/json_line.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/desktop.hpp"
#include "bridge/client/mailbox.hpp"

namespace immp::bridge::client {

/// `  [1] Confirm  https://b.example/confirm`, a line each.
[[nodiscard]] std::string action_lines(const std::vector<PushAction>& actions);

/// What a push or an item has beside what all messages have: `important, item 5, until ...`; may be empty.
[[nodiscard]] std::string push_remarks(const OpenedMessage& message);

/// The members of the same in JSON.
void write_push(armor::JsonWriter& json, const OpenedMessage& message);

/// A push of a list with what it says; it stays as read or unread as it was. Of a long one, as an item of a
/// node may be, only what the list says. Nothing where it went meanwhile.
[[nodiscard]] Outcome<std::optional<OpenedMessage>> open_listed_push(Conversation& conversation,
                                                                     const ListedMessage& listed);

/// The whole with the beginning of its text, each line with its end; or a JSON object on a line.
[[nodiscard]] std::string shown_push(const ListedMessage& listed, const OpenedMessage& message,
                                     Format format);

/// The same for a desktop: each address stands there before its button can be pressed.
[[nodiscard]] DesktopNote push_note(const OpenedMessage& push);

}  // namespace immp::bridge::client
