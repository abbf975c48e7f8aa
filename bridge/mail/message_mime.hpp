// A message as MIME (code 251), readable by any mail program: RFC 5322, 2045, 2046, 2183.
#pragma once

#include "bridge/mail/segment.hpp"

namespace immp::bridge {

/// `id` is the message's `_id` in the mailbox that is read. Every header is made here: a peer's text is
/// encoded (mime_text.hpp), never copied, so that it cannot begin a line of its own. The metadata part, which
/// the headers tell already, is left out.
[[nodiscard]] Segments message_mime(const Message& message, std::string_view id);

}  // namespace immp::bridge
