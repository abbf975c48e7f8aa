#include "bridge/mail/metadata.hpp"

#include "armor/json_field.hpp"
#include "armor/json_line.hpp"
#include "armor/line_cursor.hpp"
#include "armor/names.hpp"
#include "bridge/mail/push_action.hpp"
#include "bridge/wire/imid.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge {
namespace {

std::unexpected<Error> complaint(Error error) {
    return std::unexpected(std::move(error));
}

/// Every name in its prepared form.
Result<void> prepare(std::vector<std::string>& imids) {
    if (imids.size() > kMaxMetadataNames) return fail(413, "Too many names in the metadata");
    for (std::string& text : imids) {
        if (!is_header_text(text)) return fail(415, "Control characters in the metadata");
        auto imid = parse_imid(text);
        if (!imid) return complaint(std::move(imid.error()));
        text = imid->text();
    }
    return {};
}

Result<void> check_uuids(const std::vector<std::string>& uuids) {
    if (uuids.size() > kMaxMetadataNames) return fail(413, "Too many names in the metadata");
    for (const std::string& uuid : uuids) {
        if (!is_header_text(uuid)) return fail(415, "Control characters in the metadata");
        if (!armor::is_uuid(uuid)) return fail(400, "Metadata names a message by what is no UUID");
    }
    return {};
}

/// The fields as they stand; the two single names as lists, of one or none.
struct Fields {
    Metadata metadata;
    std::vector<std::string> reply_to;
    std::vector<std::string> in_reply_to;
};

Result<std::vector<PushAction>> read_actions(armor::JsonReader& json) {
    std::vector<PushAction> actions;
    for (armor::JsonReader& action : json.objects("actions"))
        actions.push_back({action.text("label"), action.text("uri")});
    if (auto done = check_actions(actions); !done) return complaint(std::move(done.error()));
    return actions;
}

/// An item's number and the digest of the one before; the first one has none.
void read_place(armor::JsonReader& json, Metadata& metadata) {
    metadata.sequence = json.number("sequence");
    if (json.has("previous")) metadata.previous = json.text("previous");
    if (metadata.sequence == 0) json.complain("sequence", "begins at 1");
    if (metadata.previous.empty() != (metadata.sequence == 1)) json.complain("previous", "is not in place");
    if (!metadata.previous.empty() && !armor::parse_digest(metadata.previous))
        json.complain("previous", "is no digest");
}

void read_mail_fields(armor::JsonReader& json, Fields& fields) {
    if (json.has("to")) fields.metadata.to = json.texts("to");
    if (json.has("cc")) fields.metadata.cc = json.texts("cc");
    if (json.has("references")) fields.metadata.references = json.texts("references");
    if (json.has("reply-to")) fields.reply_to = {json.text("reply-to")};
    if (json.has("date")) fields.metadata.date = armor::read_time(json, "date");
}

Result<Fields> read_fields(armor::JsonReader& json, Kind kind) {
    Fields fields;
    if (kind == Kind::mail) read_mail_fields(json, fields);
    if (kind != Kind::item && json.has("in-reply-to")) fields.in_reply_to = {json.text("in-reply-to")};
    if (kind == Kind::push && json.has("actions")) {
        auto actions = read_actions(json);
        if (!actions) return complaint(std::move(actions.error()));
        fields.metadata.actions = *std::move(actions);
    }
    if (kind == Kind::item) read_place(json, fields.metadata);
    if (auto done = json.finish(); !done) return complaint(std::move(done.error()));
    return fields;
}

}  // namespace

Result<Metadata> parse_metadata(std::string_view text, Kind kind) {
    auto json = armor::JsonReader::parse(text, {kMaxMetadataBytes, armor::JsonSpace::allowed});
    if (!json) return complaint(std::move(json.error()));
    auto fields = read_fields(*json, kind);
    if (!fields) return complaint(std::move(fields.error()));
    auto& [metadata, reply_to, in_reply_to] = *fields;
    for (auto* names : {&metadata.to, &metadata.cc, &reply_to}) {
        if (auto done = prepare(*names); !done) return complaint(std::move(done.error()));
    }
    for (const auto* uuids : {&metadata.references, &in_reply_to}) {
        if (auto done = check_uuids(*uuids); !done) return complaint(std::move(done.error()));
    }
    if (!reply_to.empty()) metadata.reply_to = std::move(reply_to.front());
    if (!in_reply_to.empty()) metadata.in_reply_to = std::move(in_reply_to.front());
    return std::move(metadata);
}

std::string metadata_json(const Envelope& envelope) {
    armor::JsonWriter json;
    if (!envelope.in_reply_to.empty()) json.text("in-reply-to", envelope.in_reply_to);
    if (!envelope.actions.empty()) json.json("actions", actions_json(envelope.actions));
    if (envelope.sequence != 0) json.number("sequence", envelope.sequence);
    if (!envelope.previous.empty()) json.text("previous", envelope.previous);
    const std::string line = json.line();
    return line == "{}" ? std::string() : line;
}

bool is_metadata_type(std::string_view type) {
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' '))
        type.remove_suffix(1);
    return to_upper(type) == to_upper(kMetadataType);
}

bool is_header_text(std::string_view text) {
    return armor::is_utf8(text) && !armor::has_controls(text);
}

}  // namespace immp::bridge
