// A message and its parts as rows, and back.
#pragma once

#include "bridge/mail/message.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

/// The rowid of the new message. Its bodies must be there (700 by the foreign key).
[[nodiscard]] Result<std::int64_t> insert_message(Database& connection, const Message& message);

[[nodiscard]] Result<std::optional<Message>> select_message(Database& connection, std::int64_t id);

}  // namespace immp::bridge
