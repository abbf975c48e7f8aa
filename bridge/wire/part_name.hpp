// Names and media types of parts (DATA; decisions, 5).
#pragma once

#include <cstddef>
#include <string_view>

namespace immp::bridge {

inline constexpr std::size_t kMaxPartNameBytes = 255;
inline constexpr std::size_t kMaxMediaTypeBytes = 255;

/// A name that a client may save a file under: no slash of either kind, not `.` or `..`, no control
/// characters; 1 to 255 octets of UTF-8.
[[nodiscard]] bool is_part_name(std::string_view text);

/// `type/subtype` of RFC 2045 tokens, then anything printable in ASCII behind a `;`.
[[nodiscard]] bool is_media_type(std::string_view text);

}  // namespace immp::bridge
