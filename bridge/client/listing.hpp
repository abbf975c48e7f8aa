// A message as lists show it.
#pragma once

#include <string>

#include "bridge/client/commands.hpp"
#include "bridge/client/mailbox.hpp"

namespace immp::bridge::client {

/// One line, without its end: columns, with * for unread, or a JSON object.
[[nodiscard]] std::string listed(const ListedMessage& message, Format format);

}  // namespace immp::bridge::client
