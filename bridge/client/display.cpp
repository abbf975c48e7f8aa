#include "bridge/client/display.hpp"

#include <array>
#include <cstdio>

namespace immp::bridge::client {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr char32_t kInvalid = 0xffffffff;

struct Character {
    char32_t code = kInvalid;
    std::size_t octets = 1;
};

/// The character that `text` (not empty) begins with; RFC 3629, no overlong forms, no surrogates.
Character first_of(std::string_view text) {
    const auto octet = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char lead = octet(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t octets = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < octets) return {};
    char32_t code = lead & (0xffu >> (octets + 1));
    for (std::size_t at = 1; at < octets; ++at) {
        if ((octet(at) & 0xc0) != 0x80) return {};
        code = (code << 6) | (octet(at) & 0x3f);
    }
    constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kSmallest[octets] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return {};
    return {code, octets};
}

bool is_harmful(char32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0x2028 || code == 0x2029 || code == kInvalid;
}

std::string cleaned(std::string_view text, std::string_view kept) {
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const Character next = first_of(text);
        const std::string_view octets = text.substr(0, next.octets);
        text.remove_prefix(next.octets);
        if (octets == "\r" && text.starts_with("\n")) continue;
        if (octets == "\n" || octets == "\t")
            clean += kept.find(octets) != kept.npos ? octets : " ";
        else
            clean += is_harmful(next.code) ? kReplacement : octets;
    }
    return clean;
}

std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); ++count)
        text.remove_prefix(first_of(text).octets);
    return count;
}

}  // namespace

std::string many_lines(std::string_view text) {
    return cleaned(text, "\n\t");
}

std::string one_line(std::string_view text) {
    return cleaned(text, "");
}

std::string comma_list(const std::vector<std::string>& texts) {
    std::string list;
    for (const std::string& text : texts)
        list += (list.empty() ? "" : ", ") + one_line(text);
    return list;
}

std::string size_text(std::uint64_t bytes) {
    constexpr std::array<const char*, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) return std::to_string(bytes) + " B";
    double amount = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    while (amount >= 1024 && unit + 1 < kUnits.size()) {
        amount /= 1024;
        ++unit;
    }
    std::array<char, 32> room;
    std::snprintf(room.data(), room.size(), "%.1f %s", amount, kUnits[unit]);
    return room.data();
}

std::string whole_column(std::string_view text, std::size_t characters) {
    const std::string cell = one_line(text);
    const std::size_t shown = count_characters(cell);
    return cell + std::string(shown < characters ? characters - shown : 0, ' ');
}

std::string column(std::string_view text, std::size_t characters) {
    const std::string cell = one_line(text);
    if (count_characters(cell) <= characters) return whole_column(cell, characters);
    std::size_t end = 0;
    for (std::size_t shown = 0; shown + 1 < characters; ++shown)
        end += first_of(std::string_view(cell).substr(end)).octets;
    return cell.substr(0, end) + "~";
}

}  // namespace immp::bridge::client
