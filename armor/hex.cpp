#include "armor/hex.hpp"

namespace immp::armor {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

std::string encode_hex(ByteView octets) {
    std::string text;
    text.reserve(octets.size() * 2);
    for (const std::uint8_t octet : octets) {
        text += kDigits[octet >> 4U];
        text += kDigits[octet & 15U];
    }
    return text;
}

Result<Bytes> decode_hex(std::string_view text) {
    if (text.size() % 2 != 0) return fail(415, "bad hex: odd length");
    Bytes octets;
    octets.reserve(text.size() / 2);
    for (std::size_t at = 0; at < text.size(); at += 2) {
        const std::size_t high = kDigits.find(text[at]);
        const std::size_t low = kDigits.find(text[at + 1]);
        if (high == kDigits.npos || low == kDigits.npos) return fail(415, "bad hex: not 0-9 a-f");
        octets.push_back(static_cast<std::uint8_t>(high << 4U | low));
    }
    return octets;
}

}  // namespace immp::armor
