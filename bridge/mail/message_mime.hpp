// A message as MIME (code 251), readable by any mail program: RFC 5322, 2045, 2046, 2047, 2231, 2183.
#pragma once

#include "bridge/mail/segment.hpp"

namespace immp::bridge {

/// `id` is the message's `_id` in the mailbox that is read. Every header is made here: a peer's text is
/// encoded, never copied, so that it cannot begin a line of its own.
[[nodiscard]] Segments message_mime(const Message& message, std::string_view id);

/// An RFC 2047 encoded-word sequence where the text is not plain ASCII, folded under 76 characters.
[[nodiscard]] std::string mime_text(std::string_view utf8);

/// `; name="..."`, or RFC 2231's `; name*=UTF-8''...` where the value is not plain.
[[nodiscard]] std::string mime_parameter(std::string_view name, std::string_view value);

}  // namespace immp::bridge
