#include "bridge/wire/part_name.hpp"

#include <algorithm>
#include <cstdint>

#include "armor/names.hpp"

namespace immp::bridge {
namespace {

bool is_printable(char c) {
    return c >= 0x20 && c < 0x7f;
}

bool is_token(std::string_view text) {
    constexpr std::string_view kSpecials = "()<>@,;:\\\"/[]?= ";
    return !text.empty() && std::ranges::all_of(text, [kSpecials](char c) {
        return is_printable(c) && kSpecials.find(c) == kSpecials.npos;
    });
}

}  // namespace

bool is_part_name(std::string_view text) {
    const auto fits = [](char c) {
        return static_cast<std::uint8_t>(c) >= 0x20 && c != 0x7f && c != '/' && c != '\\';
    };
    return !text.empty() && text.size() <= kMaxPartNameBytes && text != "." && text != ".." &&
           std::ranges::all_of(text, fits) && armor::is_utf8(text);
}

bool is_media_type(std::string_view text) {
    if (text.size() > kMaxMediaTypeBytes || !std::ranges::all_of(text, is_printable)) return false;
    const std::size_t slash = text.find('/');
    if (slash == text.npos) return false;
    const std::string_view subtype = text.substr(slash + 1, text.find(';') - slash - 1);
    return is_token(text.substr(0, slash)) && is_token(subtype);
}

}  // namespace immp::bridge
