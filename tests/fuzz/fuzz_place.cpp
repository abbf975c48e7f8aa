// layer: mail
// What FETCH, MBOX and DATA are told: places with their selectors, part names, media types. What is accepted
// is harmless and reads back as the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "armor/names.hpp"
#include "bridge/mail/selector.hpp"
#include "bridge/wire/imid.hpp"
#include "bridge/wire/part_name.hpp"
#include "bridge/wire/path.hpp"
#include "bridge/wire/reply.hpp"
#include "bridge/wire/token.hpp"

namespace {

using namespace immp::bridge;

void expect(bool holds) {
    if (!holds) std::abort();
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f; });
}

void check_place(const Place& place, const std::string& again, const immp::Result<Place>& read) {
    expect(is_path(place.folder) && !has_control(place.folder));
    expect(again.size() > immp::armor::kMaxImidBytes ||
           (read && read->owner == place.owner && read->folder == place.folder && read->rest == place.rest));
}

void check_selector(std::string_view text) {
    const auto selector = parse_selector(text);
    if (!selector) return expect(selector.error().code != 0);
    expect(selector->words.empty() == (selector->kind != SelectorKind::text));
    expect(selector->words.size() <= kMaxSearchWords);
    for (const std::string& word : selector->words)
        expect(!word.empty() && word.find(' ') == word.npos);
    if (selector->kind != SelectorKind::from) return expect(selector->from.empty());
    const auto from = parse_imid(selector->from);
    expect(from && from->account() == selector->from);
}

// On a line of its own the token must be the one value that it was.
void check_token(std::string_view value) {
    for (const std::string& token : {as_token(value), as_quoted(value)}) {
        const auto commands = split_line(token);
        expect(commands && commands->size() == 1 && commands->front().size() == 1);
        expect(commands->front().front().value() == value);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto place = parse_message_place(text)) {
        const std::string again = place->owner + place->folder + "#" + place->rest;
        check_place(*place, again, parse_message_place(again));
    }
    if (const auto place = parse_folder_place(text)) {
        const std::string again =
            place->owner + place->folder + (place->rest.empty() ? "" : "::" + place->rest);
        check_place(*place, again, parse_folder_place(again));
        check_selector(place->rest);
    }
    if (const auto place = parse_mailbox_place(text)) {
        expect(place->rest.empty() && !(place->owner.empty() && place->folder.empty()));
        const std::string again = place->owner + place->folder;
        const auto read = parse_mailbox_place(again);
        expect(again.size() > immp::armor::kMaxImidBytes ||
               (read && read->owner == place->owner && read->folder == place->folder));
    }
    check_selector(text);
    if (is_part_name(text)) {
        expect(!has_control(text) && text.find_first_of("/\\") == text.npos && text != "." && text != "..");
        check_token(text);
    }
    if (is_media_type(text)) {
        expect(!has_control(text));
        check_token(text);
    }
    return 0;
}
