#include "bridge/mail/segment.hpp"

#include <algorithm>

#include "armor/base64.hpp"

namespace immp::bridge {
namespace {

constexpr std::size_t kLineOctets = 57;

std::uint64_t encoded_bytes(const BodySegment& body) {
    switch (body.encoding) {
        case BodyEncoding::raw: return body.length;
        case BodyEncoding::base64: return (body.length + 2) / 3 * 4;
        case BodyEncoding::base64_lines:
            return (body.length + 2) / 3 * 4 + (body.length + kLineOctets - 1) / kLineOctets * 2;
    }
    return 0;
}

}  // namespace

std::uint64_t wire_bytes(const Segments& segments) {
    std::uint64_t sum = 0;
    for (const Segment& segment : segments) {
        if (const auto* text = std::get_if<std::string>(&segment)) {
            sum += text->size();
        } else {
            sum += encoded_bytes(std::get<BodySegment>(segment));
        }
    }
    return sum;
}

std::string encode_step(std::string stored, BodyEncoding encoding) {
    if (encoding == BodyEncoding::raw) return stored;
    if (encoding == BodyEncoding::base64) return armor::encode_base64(as_bytes(stored));
    std::string lines;
    for (std::string_view left = stored; !left.empty();
         left.remove_prefix(std::min(left.size(), kLineOctets))) {
        lines += armor::encode_base64(as_bytes(left.substr(0, kLineOctets)));
        lines += "\r\n";
    }
    return lines;
}

}  // namespace immp::bridge
