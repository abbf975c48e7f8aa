// A message as JSON (code 250; draft 4.2; decisions, 5).
#pragma once

#include "bridge/mail/segment.hpp"

namespace immp::bridge {

enum class JsonStyle { compact, pretty };

/// {"envelope": {...}, "parts": [...]}; bodies in base64. `id` is the message's `_id` in the mailbox that is
/// read, which may differ from envelope.id. `repeats`: former pushes in whose place it lies there; 0 is not
/// told.
[[nodiscard]] Segments message_json(const Message& message, std::string_view id, JsonStyle style,
                                    std::uint32_t repeats = 0);

}  // namespace immp::bridge
