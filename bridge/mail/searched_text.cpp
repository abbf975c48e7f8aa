#include "bridge/mail/searched_text.hpp"

#include "armor/names.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge {
namespace {

/// A character that was cut off at the end.
void drop_cut_character(std::string& text) {
    constexpr std::size_t kLongest = 4;
    for (std::size_t back = 1; back <= kLongest && back <= text.size(); ++back) {
        const auto octet = static_cast<unsigned char>(text[text.size() - back]);
        if ((octet & 0xc0U) == 0x80U) continue;
        const std::size_t octets = octet >= 0xf0 ? 4 : octet >= 0xe0 ? 3 : octet >= 0xc0 ? 2 : 1;
        if (octets > back) text.resize(text.size() - back);
        return;
    }
}

/// Words on both sides of a tag stay two.
std::string without_tags(std::string_view html) {
    std::string text;
    bool in_tag = false;
    for (const char c : html) {
        if (c == '<') in_tag = true;
        if (!in_tag) text += c;
        if (c == '>' && in_tag) {
            in_tag = false;
            text += ' ';
        }
    }
    return text;
}

}  // namespace

bool is_searched(const Part& part) {
    return to_upper(part.type).starts_with("TEXT/");
}

std::string searched_text(const Part& part, std::string octets) {
    drop_cut_character(octets);
    if (!armor::is_utf8(octets)) return {};
    return to_upper(part.type).starts_with("TEXT/HTML") ? without_tags(octets) : octets;
}

std::string searched_names(const Envelope& envelope) {
    std::string names = envelope.from + " " + envelope.original_from;
    for (const auto* list : {&envelope.to, &envelope.cc})
        for (const std::string& name : *list)
            names += " " + name;
    return names;
}

}  // namespace immp::bridge
