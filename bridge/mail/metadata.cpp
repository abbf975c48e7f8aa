#include "bridge/mail/metadata.hpp"

#include "armor/json_line.hpp"
#include "armor/names.hpp"
#include "armor/time_text.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {
namespace {

Result<void> prepare(std::vector<std::string>& imids) {
    for (std::string& text : imids) {
        auto imid = parse_imid(text);
        if (!imid) return std::unexpected(std::move(imid.error()));
        text = imid->text();
    }
    return {};
}

Result<void> check_uuids(const std::vector<std::string>& uuids) {
    for (const std::string& uuid : uuids) {
        if (!armor::is_uuid(uuid)) return fail(400, "Metadata names a message by what is no UUID");
    }
    return {};
}

Result<Metadata> read_fields(armor::JsonReader& json) {
    Metadata metadata;
    if (json.has("to")) metadata.to = json.texts("to");
    if (json.has("cc")) metadata.cc = json.texts("cc");
    if (json.has("reply-to")) metadata.reply_to = json.text("reply-to");
    if (json.has("in-reply-to")) metadata.in_reply_to = json.text("in-reply-to");
    if (json.has("references")) metadata.references = json.texts("references");
    if (json.has("date")) {
        auto date = armor::parse_time(json.text("date"));
        if (date) metadata.date = *date;
        if (!date) json.complain("date", "is no time");
    }
    if (auto done = json.finish(); !done) return std::unexpected(std::move(done.error()));
    return metadata;
}

}  // namespace

Result<Metadata> parse_metadata(std::string_view text) {
    if (text.size() > kMaxMetadataBytes) return fail(413, "Metadata too large");
    auto json = armor::JsonReader::parse(text, kMaxMetadataBytes);
    if (!json) return std::unexpected(std::move(json.error()));
    auto metadata = read_fields(*json);
    if (!metadata) return metadata;
    if (auto done = prepare(metadata->to); !done) return std::unexpected(std::move(done.error()));
    if (auto done = prepare(metadata->cc); !done) return std::unexpected(std::move(done.error()));
    if (auto done = check_uuids(metadata->references); !done) return std::unexpected(std::move(done.error()));
    if (!metadata->in_reply_to.empty()) {
        if (auto done = check_uuids({metadata->in_reply_to}); !done)
            return std::unexpected(std::move(done.error()));
    }
    if (!metadata->reply_to.empty()) {
        auto imid = parse_imid(metadata->reply_to);
        if (!imid) return std::unexpected(std::move(imid.error()));
        metadata->reply_to = imid->text();
    }
    return metadata;
}

bool is_header_text(std::string_view text) {
    if (!armor::is_utf8(text)) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 || c == 0x7f) return false;
        const bool is_c1 = c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (is_c1) return false;
    }
    return true;
}

}  // namespace immp::bridge
