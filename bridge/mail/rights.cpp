#include "bridge/mail/rights.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bridge/wire/token.hpp"

namespace immp::bridge {
namespace {

constexpr std::array<std::pair<std::string_view, Right>, 4> kNames{
    {{"READ", Right::read}, {"WRITE", Right::write}, {"SEND", Right::send}, {"OWN", Right::own}}};
constexpr std::string_view kNone = "NONE";

std::unexpected<Error> no_rights() {
    return fail(400, "Rights are READ, WRITE, SEND, OWN, each once, joined by commas; or NONE");
}

}  // namespace

std::string rights_text(Rights rights) {
    std::string text;
    for (const auto& [name, right] : kNames)
        if (rights.has(right)) text.append(text.empty() ? "" : ",").append(name);
    return text.empty() ? std::string(kNone) : text;
}

Result<Rights> parse_rights(std::string_view text) {
    const std::string words = to_upper(text);
    if (words == kNone) return Rights();
    std::uint32_t named = 0;
    for (std::size_t begin = 0; begin <= words.size();) {
        const std::size_t comma = std::min(words.find(',', begin), words.size());
        const auto word = std::string_view(words).substr(begin, comma - begin);
        const auto found = std::ranges::find(kNames, word, &std::pair<std::string_view, Right>::first);
        if (found == kNames.end()) return no_rights();
        const auto bit = static_cast<std::uint32_t>(found->second);
        if ((named & bit) != 0) return no_rights();
        named |= bit;
        begin = comma + 1;
    }
    return Rights::of_bits(named);
}

}  // namespace immp::bridge
