#include "bridge/mail/inner.hpp"

#include <algorithm>

#include "armor/json_line.hpp"
#include "armor/names.hpp"
#include "armor/time_text.hpp"
#include "bridge/mail/metadata.hpp"

namespace immp::bridge {
namespace {

using armor::JsonReader;
using armor::JsonWriter;

template <class Values, class ToJson>
std::string json_list(const Values& values, ToJson to_json) {
    std::string out = "[";
    for (const auto& value : values)
        out += (out.size() > 1 ? "," : "") + to_json(value);
    return out + "]";
}

std::string part_json(const Part& part) {
    JsonWriter json;
    json.text("id", part.id).text("type", part.type);
    if (part.part_class == PartClass::content) json.text("class", "content");
    return json.number("length", part.length).line();
}

std::string hop_json(const Hop& hop) {
    return JsonWriter().text("domain", hop.domain).text("timestamp", armor::time_text(hop.timestamp)).line();
}

std::optional<Importance> importance_of(std::string_view text) {
    if (text == "high") return Importance::high;
    if (text == "low") return Importance::low;
    if (text == "normal") return Importance::normal;
    return std::nullopt;
}

Time read_time(JsonReader& json, std::string_view key) {
    auto time = armor::parse_time(json.text(key));
    if (time) return *time;
    json.complain(key, "is no time");
    return {};
}

Part read_part(JsonReader& json) {
    Part part;
    part.id = json.text("id");
    part.type = json.text("type");
    part.length = json.number("length");
    if (json.has("class")) {
        if (json.text("class") == "content") {
            part.part_class = PartClass::content;
        } else {
            json.complain("class", "is unknown");
        }
    }
    return part;
}

void read_envelope(JsonReader& json, Envelope& envelope) {
    envelope.id = json.text("id");
    if (json.text("kind") != "mail") json.complain("kind", "is not mail");
    envelope.from = json.text("from");
    if (json.has("to")) envelope.to = json.texts("to");
    if (json.has("cc")) envelope.cc = json.texts("cc");
    if (json.has("subject")) envelope.subject = json.text("subject");
    envelope.date = read_time(json, "date");
    if (json.has("expires")) envelope.expires = read_time(json, "expires");
    if (json.has("importance")) {
        const auto importance = importance_of(json.text("importance"));
        if (!importance) json.complain("importance", "is unknown");
        envelope.importance = importance.value_or(Importance::normal);
    }
    if (json.has("secure")) envelope.secure = json.flag("secure");
    if (!json.has("received")) return;
    for (JsonReader& hop : json.objects("received")) {
        envelope.received.push_back({hop.text("domain"), read_time(hop, "timestamp")});
    }
}

/// What a bound or a form of names says; the JSON itself was right.
Result<void> check(const Inner& inner) {
    const auto& [message, recipients] = inner;
    if (!armor::is_uuid(message.envelope.id))
        return fail(400, "Malformed bundle", "the message id is no UUID");
    if (recipients.empty()) return fail(400, "Malformed bundle", "an item for nobody");
    if (recipients.size() > kMaxItemRecipients) return fail(413, "Too many recipients");
    if (message.parts.size() > kMaxItemParts) return fail(413, "Too many parts");
    if (message.envelope.received.size() > 50) return fail(413, "Too many hops");
    const auto contents = std::ranges::count(message.parts, PartClass::content, &Part::part_class);
    if (contents != 1) return fail(400, "Malformed bundle", "not exactly one content part");
    std::vector<std::string_view> texts = {message.envelope.subject, message.envelope.from};
    for (const Part& part : message.parts)
        texts.insert(texts.end(), {part.id, part.type});
    for (const auto* list : {&message.envelope.to, &message.envelope.cc, &recipients}) {
        texts.insert(texts.end(), list->begin(), list->end());
    }
    if (!std::ranges::all_of(texts, is_header_text)) return fail(452, "Control characters in a header");
    return {};
}

}  // namespace

Result<std::string> inner_json(const Inner& inner) {
    const Envelope& envelope = inner.message.envelope;
    JsonWriter json;
    json.text("id", envelope.id).text("kind", "mail").text("from", envelope.from);
    json.json("recipients", armor::json_texts(inner.recipients)).json("to", armor::json_texts(envelope.to));
    if (!envelope.cc.empty()) json.json("cc", armor::json_texts(envelope.cc));
    json.text("subject", envelope.subject).text("date", armor::time_text(envelope.date));
    if (envelope.expires) json.text("expires", armor::time_text(*envelope.expires));
    if (envelope.importance != Importance::normal) {
        json.text("importance", envelope.importance == Importance::high ? "high" : "low");
    }
    if (envelope.secure) json.json("secure", "true");
    json.json("received", json_list(envelope.received, hop_json));
    json.json("parts", json_list(inner.message.parts, part_json));
    std::string line = json.line();
    if (line.size() > kMaxInnerBytes) return fail(413, "The message's envelope is too large");
    return line;
}

Result<Inner> parse_inner(std::string_view text) {
    auto json = JsonReader::parse(text, kMaxInnerBytes);
    if (!json) return std::unexpected(std::move(json.error()));
    Inner inner;
    read_envelope(*json, inner.message.envelope);
    inner.recipients = json->texts("recipients");
    for (JsonReader& part : json->objects("parts"))
        inner.message.parts.push_back(read_part(part));
    if (auto done = json->finish(); !done) return std::unexpected(std::move(done.error()));
    if (auto done = check(inner); !done) return std::unexpected(std::move(done.error()));
    return inner;
}

armor::Digest message_digest(const Message& message) {
    armor::Hasher hasher("IMMP1 message");
    const Envelope& envelope = message.envelope;
    JsonWriter json;
    json.text("id", envelope.id).text("from", envelope.from).json("to", armor::json_texts(envelope.to));
    json.json("cc", armor::json_texts(envelope.cc)).text("subject", envelope.subject);
    json.text("date", armor::time_text(envelope.date)).json("parts", json_list(message.parts, part_json));
    hasher.add(json.line());
    for (const Part& part : message.parts)
        hasher.add(ByteView(part.digest));
    return hasher.digest();
}

}  // namespace immp::bridge
