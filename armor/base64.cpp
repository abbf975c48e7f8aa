#include "armor/base64.hpp"

#include <algorithm>

namespace immp::armor {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xff;

constexpr std::array<std::uint8_t, 256> reversed() {
    std::array<std::uint8_t, 256> values;
    values.fill(kNone);
    for (std::size_t at = 0; at < kAlphabet.size(); ++at)
        values[static_cast<std::uint8_t>(kAlphabet[at])] = static_cast<std::uint8_t>(at);
    return values;
}

constexpr std::array<std::uint8_t, 256> kValues = reversed();

std::uint32_t value(char digit) {
    return kValues[static_cast<std::uint8_t>(digit)];
}

std::unexpected<Error> bad_base64() {
    return fail(415, "bad base64");
}

// A group of four, padded or not: the number of octets it stands for, 0 where it stands for none.
std::size_t decode_group(const char* group, std::uint8_t* out) {
    const std::size_t digits = group[3] != '=' ? 4 : group[2] != '=' ? 3 : 2;
    std::uint32_t bits = 0;
    for (std::size_t at = 0; at < 4; ++at) {
        const std::uint32_t digit = at < digits ? value(group[at]) : 0;
        if (digit == kNone) return 0;
        bits = bits << 6U | digit;
    }
    const std::size_t octets = digits - 1;
    if ((bits & (0xffffffU >> (8 * octets))) != 0) return 0;  // bits that no octet takes
    for (std::size_t at = 0; at < octets; ++at)
        out[at] = static_cast<std::uint8_t>(bits >> (16 - 8 * at));
    return octets;
}

// Whole groups without padding, as many as stand at the front; the number of characters read.
std::size_t decode_plain_groups(std::string_view text, std::uint8_t* out) {
    std::size_t at = 0;
    for (; text.size() - at >= 4; at += 4, out += 3) {
        const std::uint32_t a = value(text[at]), b = value(text[at + 1]);
        const std::uint32_t c = value(text[at + 2]), d = value(text[at + 3]);
        if (((a | b | c | d) & 0x80U) != 0) break;
        const std::uint32_t bits = a << 18U | b << 12U | c << 6U | d;
        out[0] = static_cast<std::uint8_t>(bits >> 16U);
        out[1] = static_cast<std::uint8_t>(bits >> 8U);
        out[2] = static_cast<std::uint8_t>(bits);
    }
    return at;
}

}  // namespace

std::string encode_base64(ByteView octets) {
    std::string text(base64_bytes(octets.size()), '=');
    char* out = text.data();
    std::size_t at = 0;
    for (; octets.size() - at >= 3; at += 3) {
        const std::uint32_t bits =
            std::uint32_t{octets[at]} << 16U | std::uint32_t{octets[at + 1]} << 8U | octets[at + 2];
        *out++ = kAlphabet[bits >> 18U];
        *out++ = kAlphabet[bits >> 12U & 63U];
        *out++ = kAlphabet[bits >> 6U & 63U];
        *out++ = kAlphabet[bits & 63U];
    }
    const std::size_t rest = octets.size() - at;
    if (rest == 0) return text;
    const std::uint32_t bits =
        std::uint32_t{octets[at]} << 16U | (rest == 2 ? std::uint32_t{octets[at + 1]} << 8U : 0U);
    *out++ = kAlphabet[bits >> 18U];
    *out++ = kAlphabet[bits >> 12U & 63U];
    if (rest == 2) *out = kAlphabet[bits >> 6U & 63U];
    return text;
}

Result<Bytes> decode_base64(std::string_view text) {
    Base64Decoder decoder;
    auto octets = decoder.append(text);
    if (!octets) return octets;
    if (const auto end = decoder.finish(); !end) return std::unexpected(end.error());
    return octets;
}

std::string encode_base64url(ByteView octets) {
    std::string text = encode_base64(octets);
    text.erase(std::min(text.find('='), text.size()));
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

Result<Bytes> decode_base64url(std::string_view text) {
    if (text.find_first_of("+/=") != text.npos) return bad_base64();
    std::string padded(text);
    std::ranges::replace(padded, '-', '+');
    std::ranges::replace(padded, '_', '/');
    padded.append((4 - text.size() % 4) % 4, '=');
    return decode_base64(padded);
}

Result<Bytes> Base64Decoder::append(std::string_view text) {
    Bytes octets((held_ + text.size()) / 4 * 3);
    std::size_t written = 0;
    while (!text.empty()) {
        if (state_ != State::kGroups) return refuse();
        if (held_ == 0) {
            const std::size_t read = decode_plain_groups(text, octets.data() + written);
            written += read / 4 * 3;
            text.remove_prefix(read);
        }
        const std::size_t taken = std::min(text.size(), group_.size() - held_);
        std::ranges::copy(text.substr(0, taken), group_.data() + held_);
        held_ += taken;
        text.remove_prefix(taken);
        if (held_ < group_.size()) break;
        const std::size_t opened = decode_group(group_.data(), octets.data() + written);
        if (opened == 0) return refuse();
        written += opened;
        held_ = 0;
        if (opened < 3) state_ = State::kEnded;
    }
    octets.resize(written);
    return octets;
}

Result<Bytes> Base64Decoder::refuse() {
    state_ = State::kSpent;
    return bad_base64();
}

Result<void> Base64Decoder::finish() const {
    if (state_ == State::kSpent || held_ != 0) return bad_base64();
    return {};
}

}  // namespace immp::armor
