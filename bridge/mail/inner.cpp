#include "bridge/mail/inner.hpp"

#include <algorithm>

#include "armor/json_field.hpp"
#include "armor/json_line.hpp"
#include "armor/json_list.hpp"
#include "armor/names.hpp"
#include "armor/time_text.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/mail/part_list.hpp"
#include "bridge/mail/push_token.hpp"
#include "bridge/wire/imid.hpp"
#include "bridge/wire/part_name.hpp"

namespace immp::bridge {
namespace {

using armor::json_list;
using armor::JsonReader;
using armor::JsonWriter;

std::string hop_json(const Hop& hop) {
    return JsonWriter().text("domain", hop.domain).text("timestamp", armor::time_text(hop.timestamp)).line();
}

std::optional<Importance> importance_of(std::string_view text) {
    if (text == "high") return Importance::high;
    if (text == "low") return Importance::low;
    if (text == "normal") return Importance::normal;
    return std::nullopt;
}

constexpr std::string_view kKinds[] = {"mail", "key", "push", "item", "subscribe", "unsubscribe"};

Kind read_kind(JsonReader& json) {
    const auto known = std::ranges::find(kKinds, json.text("kind"));
    if (known != std::end(kKinds)) return static_cast<Kind>(known - std::begin(kKinds));
    json.complain("kind", "is unknown");
    return Kind::mail;
}

void read_envelope(JsonReader& json, Envelope& envelope) {
    envelope.id = json.text("id");
    envelope.kind = read_kind(json);
    envelope.from = json.text("from");
    if (json.has("original-from")) envelope.original_from = json.text("original-from");
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

/// What the form of single members does not tell.
Result<void> check(const Inner& inner) {
    const Message& message = inner.message;
    const auto& recipients = inner.recipients;
    if (!armor::is_uuid(message.envelope.id)) return malformed_bundle("the message id is no UUID");
    if (recipients.empty()) return malformed_bundle("an item for nobody");
    if (!inner.token.empty() && !is_push_token(inner.token))
        return malformed_bundle("a token of another form");
    if (recipients.size() > kMaxItemRecipients) return fail(413, "Too many recipients");
    if (message.parts.size() > kMaxItemParts) return fail(413, "Too many parts");
    if (message.envelope.received.size() > kMaxItemHops) return fail(413, "Too many hops");
    if (!std::ranges::all_of(message.envelope.received, armor::is_domain, &Hop::domain))
        return malformed_bundle("a hop is no domain");
    if (std::ranges::count(message.parts, PartClass::content, &Part::part_class) != 1)
        return malformed_bundle("not exactly one content part");
    return {};
}

/// Empty, or an IMID without folder and message in its one prepared form, or a bare domain.
bool is_sender(const std::string& text) {
    const auto imid = text.empty() ? Result<Imid>(Imid{}) : parse_imid(text);
    return imid && imid->text() == text && imid->folder.empty() && imid->message.empty();
}

std::vector<std::string_view> names_of(const Inner& inner) {
    const Envelope& envelope = inner.message.envelope;
    std::vector<std::string_view> names = {envelope.from, envelope.original_from};
    for (const auto* list : {&envelope.to, &envelope.cc, &inner.recipients})
        names.insert(names.end(), list->begin(), list->end());
    return names;
}

std::unexpected<Error> refused_item(const char* why) {
    return fail(452, "Refused by policy", why);
}

/// Subject and names stand in every INDEX of the mailbox, and a reply's line has to hold them.
Result<void> check_lengths(const Inner& inner) {
    const Envelope& envelope = inner.message.envelope;
    if (envelope.subject.size() > kMaxItemSubjectBytes) return refused_item("a subject too long");
    if (std::max(envelope.to.size(), envelope.cc.size()) > kMaxMetadataNames)
        return refused_item("too many names");
    const auto is_short = [](std::string_view name) { return name.size() <= armor::kMaxImidBytes; };
    if (!std::ranges::all_of(names_of(inner), is_short)) return refused_item("a name too long");
    return {};
}

/// All of the envelope that stays as it is on the way.
void write_envelope(JsonWriter& json, const Envelope& envelope) {
    json.text("id", envelope.id).text("kind", kKinds[static_cast<std::size_t>(envelope.kind)]);
    json.text("from", envelope.from);
    if (!envelope.original_from.empty()) json.text("original-from", envelope.original_from);
    json.json("to", armor::json_texts(envelope.to));
    if (!envelope.cc.empty()) json.json("cc", armor::json_texts(envelope.cc));
    json.text("subject", envelope.subject).text("date", armor::time_text(envelope.date));
    if (envelope.expires) json.text("expires", armor::time_text(*envelope.expires));
    if (envelope.importance != Importance::normal) {
        json.text("importance", envelope.importance == Importance::high ? "high" : "low");
    }
    if (envelope.secure) json.json("secure", "true");
}

}  // namespace

Result<std::string> inner_json(const Inner& inner) {
    JsonWriter json;
    write_envelope(json, inner.message.envelope);
    json.json("recipients", armor::json_texts(inner.recipients));
    if (!inner.token.empty()) json.text("token", inner.token);
    json.json("received", json_list(inner.message.envelope.received, hop_json));
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
    if (json->has("token")) inner.token = json->text("token");
    for (JsonReader& part : json->objects("parts"))
        inner.message.parts.push_back(read_part(part));
    if (auto done = json->finish(); !done) return std::unexpected(std::move(done.error()));
    if (auto done = check(inner); !done) return std::unexpected(std::move(done.error()));
    return inner;
}

Result<void> check_texts(const Inner& inner) {
    if (auto done = check_lengths(inner); !done) return done;
    const Message& message = inner.message;
    std::vector<std::string_view> texts = names_of(inner);
    texts.push_back(message.envelope.subject);
    for (const Part& part : message.parts)
        texts.push_back(part.id);
    if (!std::ranges::all_of(texts, is_header_text)) return refused_item("control characters in a header");
    if (!is_sender(message.envelope.original_from)) return refused_item("an original sender that is none");
    if (!std::ranges::all_of(message.parts, is_part_name, &Part::id)) return refused_item("a part's name");
    if (!std::ranges::all_of(message.parts, is_media_type, &Part::type)) return refused_item("a part's type");
    if (has_doubled_name(message.parts)) return refused_item("two parts of one name");
    return {};
}

armor::Digest message_digest(const Message& message) {
    JsonWriter json;
    write_envelope(json, message.envelope);
    json.json("parts", json_list(message.parts, part_json));
    armor::Hasher hasher("IMMP1 message");
    hasher.add(json.line());
    for (const Part& part : message.parts)
        hasher.add(ByteView(part.digest));
    return hasher.digest();
}

}  // namespace immp::bridge
