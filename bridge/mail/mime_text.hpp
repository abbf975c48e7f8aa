// The words of MIME headers: text, parameters, addresses and dates, so encoded that whatever a peer wrote
// cannot begin a line of its own (RFC 5322, 2045, 2047, 2231).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// Printable ASCII with nothing in it that reads as an encoded-word.
[[nodiscard]] bool is_plain_text(std::string_view text);

/// The text as it stands where it is plain and short, else RFC 2047 encoded-words, on lines of at most 76
/// characters behind a header name of up to 10 with its colon and space.
[[nodiscard]] std::string mime_text(std::string_view utf8);

/// `; name="..."`, or RFC 2231's `; name*=UTF-8''...` where the value is not plain.
[[nodiscard]] std::string mime_parameter(std::string_view name, std::string_view value);

/// A list of addresses. An IMID that is no addr-spec of RFC 5322 (a bare domain, other scripts) stands as the
/// name of an address that cannot be answered.
[[nodiscard]] std::string mime_addresses(const std::vector<std::string>& imids);

/// `Sun, 22 Nov 2026 10:00:00 +0000` (RFC 5322, 3.3).
[[nodiscard]] std::string mime_date(Time time);

}  // namespace immp::bridge
