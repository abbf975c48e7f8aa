#include "bridge/mail/sealed_content.hpp"

#include <algorithm>
#include <utility>

#include "armor/json_line.hpp"
#include "armor/json_list.hpp"
#include "armor/padding.hpp"
#include "armor/sealed.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/mail/part_list.hpp"
#include "bridge/wire/part_name.hpp"

namespace immp::bridge {
namespace {

using armor::JsonReader;
using armor::JsonWriter;

Result<void> check(const SealedContent& content) {
    const auto malformed = [](const char* what) {
        return fail(400, std::string("malformed sealed content: ") + what);
    };
    if (content.parts.size() > kMaxSealedParts) return fail(413, "too many parts in sealed content");
    if (!is_header_text(content.subject)) return malformed("the subject");
    if (!std::ranges::all_of(content.parts, is_part_name, &Part::id)) return malformed("a part's name");
    if (!std::ranges::all_of(content.parts, is_media_type, &Part::type)) return malformed("a part's type");
    if (has_doubled_name(content.parts)) return malformed("two parts of one name");
    if (std::ranges::count(content.parts, PartClass::content, &Part::part_class) != 1)
        return malformed("not exactly one content part");
    return {};
}

}  // namespace

Result<std::string> sealed_content_json(const SealedContent& content) {
    std::string json = JsonWriter()
                           .text("subject", content.subject)
                           .json("parts", armor::json_list(content.parts, part_json))
                           .line();
    if (auto sound = check(content); !sound) return std::unexpected(std::move(sound.error()));
    if (json.size() > armor::kMaxSealJsonBytes) return fail(413, "the content's names are too long");
    return json;
}

Result<SealedContent> parse_sealed_content(std::string_view text) {
    auto json = JsonReader::parse(text, armor::kMaxSealJsonBytes);
    if (!json) return std::unexpected(std::move(json.error()));
    SealedContent content;
    content.subject = json->text("subject");
    for (JsonReader& part : json->objects("parts"))
        content.parts.push_back(read_part(part));
    if (auto done = json->finish(); !done) return std::unexpected(std::move(done.error()));
    if (auto sound = check(content); !sound) return std::unexpected(std::move(sound.error()));
    return content;
}

SealedDigest::SealedDigest(std::string_view content_json) : hasher_("IMMP1 sealed content") {
    hasher_.add(content_json);
    hasher_.add("\n");
}

std::optional<std::uint64_t> sealed_plain_octets(std::uint64_t front, const std::vector<Part>& parts) {
    std::uint64_t sum = front;
    for (const Part& part : parts) {
        if (part.length > armor::kMaxPayloadBytes - sum) return std::nullopt;
        sum += part.length;
    }
    return sum;
}

}  // namespace immp::bridge
