#include "bridge/wire/xml_text.hpp"

#include <cstdint>

namespace immp::bridge {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// The length of the XML 1.0 character that `text` begins with; 0 where it begins with none.
std::size_t character_bytes(std::string_view text) {
    const auto first = static_cast<std::uint8_t>(text[0]);
    if (first < 0x80) return first >= 0x20 || first == '\t' || first == '\n' || first == '\r' ? 1 : 0;
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
    std::uint32_t point = first & (0x7fU >> length);
    for (std::size_t at = 1; at < length; ++at) {
        const auto octet = static_cast<std::uint8_t>(text[at]);
        if ((octet & 0xc0U) != 0x80) return 0;
        point = point << 6U | (octet & 0x3fU);
    }
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    const bool allowed =
        point >= kLeast[length] && point <= 0x10ffff && !surrogate && point != 0xfffe && point != 0xffff;
    return allowed ? length : 0;
}

std::string_view reference(char octet) {
    switch (octet) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '\'': return "&apos;";
        case '"': return "&quot;";
        case '\t': return "&#9;";
        case '\n': return "&#10;";
        case '\r': return "&#13;";
        default: return {};
    }
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto length = character_bytes(text);
        if (length == 0) {
            out += kReplacement;
            text.remove_prefix(1);
            continue;
        }
        const auto name = reference(text[0]);
        out += name.empty() ? text.substr(0, length) : name;
        text.remove_prefix(length);
    }
    return out;
}

std::string element(std::string_view name, AttributeList attributes, std::string_view content) {
    std::string out;
    out.reserve(content.size() + 256);
    out.append("<").append(name);
    for (const auto& [key, value] : attributes)
        if (!value.empty()) out.append(" ").append(key).append("='").append(escaped(value)).append("'");
    if (content.empty()) return out += "/>";
    return out.append(">").append(content).append("</").append(name).append(">");
}

}  // namespace immp::bridge
