#include "bridge/mail/mime_text.hpp"

#include <algorithm>

#include "armor/base64.hpp"
#include "armor/names.hpp"

namespace immp::bridge {
namespace {

/// UTF-8 octets of one encoded-word: 39 are 52 characters of base64, 64 with `=?UTF-8?B?` and `?=`.
constexpr std::size_t kWordOctets = 39;
/// A line may have 998 characters (RFC 5322, 2.1.1); this leaves room for the header's name.
constexpr std::size_t kMostPlain = 900;
/// A quoted parameter longer than this is told the way of the encoded ones.
constexpr std::size_t kMostQuoted = 200;

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string encoded_words(std::string_view utf8) {
    std::string out;
    while (!utf8.empty()) {
        const std::size_t count = std::max<std::size_t>(armor::utf8_prefix(utf8, kWordOctets).size(), 1);
        if (!out.empty()) out += "\r\n ";
        out += "=?UTF-8?B?" + armor::encode_base64(as_bytes(utf8.substr(0, count))) + "?=";
        utf8.remove_prefix(count);
    }
    return out;
}

bool is_dot_atom(std::string_view text, std::string_view others) {
    const bool has_bare_dot = text.starts_with('.') || text.ends_with('.') || text.find("..") != text.npos;
    return !text.empty() && !has_bare_dot && std::ranges::all_of(text, [others](char c) {
        return is_letter_or_digit(c) || c == '.' || others.find(c) != others.npos;
    });
}

bool is_addr_spec(std::string_view imid) {
    const std::size_t at = imid.find('@');
    return at != imid.npos && imid.find("=?") == imid.npos &&
           is_dot_atom(imid.substr(0, at), "!#$%&'*+-/=?^_`{|}~") && is_dot_atom(imid.substr(at + 1), "-");
}

std::string two_digits(std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace

bool is_plain_text(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }) &&
           text.find("=?") == text.npos;
}

std::string mime_text(std::string_view utf8) {
    // Spaces at the ends would be lost in the header, and a line of them alone is forbidden.
    const bool has_outer_space = utf8.starts_with(' ') || utf8.ends_with(' ');
    if (is_plain_text(utf8) && !has_outer_space && utf8.size() <= kMostPlain) return std::string(utf8);
    return encoded_words(utf8);
}

std::string mime_parameter(std::string_view name, std::string_view value) {
    std::string out = ";\r\n " + std::string(name);
    if (is_plain_text(value) && value.find_first_of("\"\\") == value.npos && value.size() <= kMostQuoted) {
        return out + "=\"" + std::string(value) + "\"";
    }
    out += "*=UTF-8''";
    for (const char c : value) {
        constexpr std::string_view kHex = "0123456789ABCDEF";
        const auto octet = static_cast<unsigned char>(c);
        if (is_letter_or_digit(c) || c == '.' || c == '-' || c == '_') {
            out += c;
        } else {
            out += {'%', kHex[octet >> 4U], kHex[octet & 15U]};
        }
    }
    return out;
}

std::string mime_addresses(const std::vector<std::string>& imids) {
    std::string out;
    for (const std::string& imid : imids) {
        if (!out.empty()) out += ",\r\n ";
        out += is_addr_spec(imid) ? imid : encoded_words(imid) + "\r\n <undisclosed@invalid>";
    }
    return out;
}

std::string mime_date(Time time) {
    static constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
    static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::string out(kDays.substr(std::chrono::weekday(day).c_encoding() * 3, 3));
    out += ", " + two_digits(static_cast<unsigned>(date.day())) + " ";
    out += kMonths.substr((static_cast<unsigned>(date.month()) - 1) * 3, 3);
    out += " " + std::to_string(static_cast<int>(date.year())) + " ";
    out += two_digits(clock.hours().count()) + ":" + two_digits(clock.minutes().count()) + ":";
    return out + two_digits(clock.seconds().count()) + " +0000";
}

}  // namespace immp::bridge
