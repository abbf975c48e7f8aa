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

/// Stored octets that one step of a reader takes. Raw: as many as a chunk of the store, as each step costs
/// the reading thread and the loop a turn. Else a multiple of 57 (a MIME line), so long that the encoded ones
/// are just under 64 KiB, the longest piece that a pipeline may carry (decisions, 1).
[[nodiscard]] constexpr std::size_t step_bytes(BodyEncoding encoding) {
    return encoding == BodyEncoding::raw ? 262'144 : 57 * 840;
}

/// Octets that all segments have on the wire.
[[nodiscard]] std::uint64_t wire_bytes(const Segments& segments);

/// Encodes stored octets of a body; steps begin at multiples of step_bytes().
[[nodiscard]] std::string encode_step(std::string stored, BodyEncoding encoding);

}  // namespace immp::bridge
