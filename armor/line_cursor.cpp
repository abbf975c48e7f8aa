#include "armor/line_cursor.hpp"

#include <algorithm>

#include "armor/base64.hpp"
#include "armor/hex.hpp"

namespace immp::armor {

Result<std::optional<std::string_view>> LineCursor::next(std::size_t max_bytes) {
    const std::size_t end = rest_.substr(0, max_bytes + 1).find('\n');
    if (end == rest_.npos) {
        if (rest_.size() > max_bytes) return fail(413, "a line is too long");
        return std::nullopt;
    }
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return line;
}

Result<std::string_view> LineCursor::line(std::size_t max_bytes) {
    const auto line = next(max_bytes);
    if (!line) return std::unexpected(line.error());
    if (!*line) return fail(400, "a line is missing");
    return **line;
}

std::string signature_text(const Signature& signature) {
    return encode_base64(signature);
}

Result<Signature> parse_signature(std::string_view text) {
    const auto octets = decode_base64(text);
    Signature signature;
    if (!octets || octets->size() != signature.size()) return fail(400, "a signature is 64 octets in base64");
    std::ranges::copy(*octets, signature.begin());
    return signature;
}

Result<Digest> parse_digest(std::string_view text) {
    const auto octets = decode_hex(text);
    Digest digest;
    if (!octets || octets->size() != digest.size()) return fail(400, "a digest is 64 lower-case hex digits");
    std::ranges::copy(*octets, digest.begin());
    return digest;
}

}  // namespace immp::armor
