// A message as it goes out to a reader: literal text and encoded bodies in turn, its length known before the
// first octet is read.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "bridge/mail/message.hpp"

namespace immp::bridge {

enum class BodyEncoding {
    raw,
    base64,        ///< one line, for JSON
    base64_lines,  ///< 76 characters and CRLF each, for MIME (RFC 2045, 6.8)
};

struct BodySegment {
    BodyId body = 0;
    std::uint64_t length = 0;  ///< of the stored octets
    BodyEncoding encoding = BodyEncoding::raw;
};

using Segment = std::variant<std::string, BodySegment>;
using Segments = std::vector<Segment>;

/// Stored octets that one step of a reader encodes: a multiple of 57 (a MIME line), so long that the encoded
/// ones are just under 64 KiB, the longest piece a pipeline may carry (decisions, 1).
inline constexpr std::size_t kSegmentStepBytes = 57 * 840;

/// Octets that all segments have on the wire.
[[nodiscard]] std::uint64_t wire_bytes(const Segments& segments);

/// Encodes stored octets of a body from `offset` on; steps begin at multiples of kSegmentStepBytes.
[[nodiscard]] std::string encode_step(std::string_view stored, BodyEncoding encoding);

}  // namespace immp::bridge
