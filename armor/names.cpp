#include "armor/names.hpp"

#include <algorithm>
#include <cstdint>

namespace immp::armor {
namespace {

bool is_label_octet(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           static_cast<std::uint8_t>(c) >= 0x80;
}

bool is_label(std::string_view label) {
    return !label.empty() && label.front() != '-' && label.back() != '-' && !label.starts_with("xn--") &&
           std::ranges::all_of(label, is_label_octet);
}

struct Lead {
    std::uint8_t from, to;      // first octets
    std::uint8_t low, high;     // bounds of the second octet
    std::size_t continuations;  // how many follow
};

// RFC 3629, 4: the table of well-formed sequences.
constexpr Lead kLeads[] = {
    {0x00, 0x7f, 0, 0, 0},       {0xc2, 0xdf, 0x80, 0xbf, 1}, {0xe0, 0xe0, 0xa0, 0xbf, 2},
    {0xe1, 0xec, 0x80, 0xbf, 2}, {0xed, 0xed, 0x80, 0x9f, 2}, {0xee, 0xef, 0x80, 0xbf, 2},
    {0xf0, 0xf0, 0x90, 0xbf, 3}, {0xf1, 0xf3, 0x80, 0xbf, 3}, {0xf4, 0xf4, 0x80, 0x8f, 3},
};

std::uint8_t octet(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

// The length of the well-formed sequence at the front; 0 where there is none.
std::size_t sequence_bytes(std::string_view text) {
    const auto lead = std::ranges::find_if(
        kLeads, [first = octet(text, 0)](const Lead& row) { return first >= row.from && first <= row.to; });
    if (lead == std::end(kLeads) || text.size() <= lead->continuations) return 0;
    for (std::size_t at = 1; at <= lead->continuations; ++at) {
        const std::uint8_t low = at == 1 ? lead->low : 0x80;
        const std::uint8_t high = at == 1 ? lead->high : 0xbf;
        if (octet(text, at) < low || octet(text, at) > high) return 0;
    }
    return lead->continuations + 1;
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = sequence_bytes(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

bool is_control(char c) {
    return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f;
}

bool has_controls(std::string_view text) {
    if (std::ranges::any_of(text, is_control)) return true;
    for (std::size_t at = text.find('\xc2'); at != text.npos; at = text.find('\xc2', at + 1))
        if (at + 1 < text.size() && static_cast<std::uint8_t>(text[at + 1]) < 0xa0) return true;
    return false;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<std::uint8_t>(text[bytes]) & 0xc0) == 0x80)
        --bytes;
    return text.substr(0, bytes);
}

bool is_domain(std::string_view text) {
    if (text.empty() || text.size() > kMaxDomainBytes || !is_utf8(text)) return false;
    while (true) {
        const std::size_t dot = text.find('.');
        if (!is_label(text.substr(0, dot))) return false;
        if (dot == text.npos) return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_imid(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at == 0 || at == text.npos || text.size() > kMaxImidBytes || !is_utf8(text)) return false;
    const auto visible = [](char c) { return c != ' ' && !is_control(c); };
    return std::ranges::all_of(text.substr(0, at), visible) && is_domain(text.substr(at + 1));
}

bool is_uuid(std::string_view text) {
    constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    return std::ranges::equal(text, kForm, [](char c, char form) {
        return form == '-' ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

}  // namespace immp::armor
