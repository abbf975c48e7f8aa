#include "bridge/client/mailbox.hpp"

#include <algorithm>
#include <utility>

#include "armor/base64.hpp"
#include "armor/names.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/progress.hpp"
#include "bridge/wire/json_value.hpp"
#include "bridge/wire/path.hpp"
#include "bridge/wire/reply.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

/// Octets of a message's JSON without the data of its parts: 100 parts with what is shown of each would be
/// more than any real message has.
constexpr std::size_t kMaxKeptBytes = 64u << 20;

constexpr Remedy kPartRemedies[] = {{404, "immp ls shows the messages, immp read the parts of one"}};

std::unexpected<Failure> not_understood() {
    return failed(ExitStatus::protocol, "the server's answer cannot be understood; update client or server");
}

ListedMessage listed(const JsonValue& json) {
    return {json.text("_id"),  json.text("from"),     json.texts("to"),    json.text("subject"),
            json.text("date"), json.number("length"), json.texts("flags"), json.text("mailbox")};
}

/// The words of `LENGTH n TYPE "t"`, by name.
std::optional<std::string> word_behind(const Reply& reply, std::string_view name) {
    const auto commands = split_line(reply.text);
    if (!commands || commands->size() != 1) return std::nullopt;
    const Tokens& tokens = commands->front();
    for (std::size_t at = 0; at + 1 < tokens.size(); ++at)
        if (tokens[at].is_keyword(name)) return tokens[at + 1].value();
    return std::nullopt;
}

std::optional<std::uint64_t> length_of(const Reply& reply) {
    const auto length = word_behind(reply, "LENGTH");
    return length ? parse_number(*length) : std::nullopt;
}

Outcome<JsonValue> fetch_json(Conversation& conversation, const std::string& folder, const std::string& id,
                              Look look) {
    const std::string command = "MBOX FETCH " + as_token(folder + "#" + id) + " +JSON";
    if (auto sent = conversation.send(command + (look == Look::glances ? " -READ" : "")); !sent)
        return std::unexpected(sent.error());
    const auto reply = conversation.expect(250);
    if (!reply) return std::unexpected(reply.error());
    const auto length = length_of(*reply);
    if (!length) return not_understood();
    Progress progress("message", *length);
    JsonStringCutter cutter(armor::base64_bytes(kShownBytes / 3 * 3));
    std::string kept;
    const auto read = conversation.read_body(*length, [&](std::string_view octets) -> Outcome<void> {
        kept += cutter.feed(octets);
        progress.add(octets.size());
        if (kept.size() > kMaxKeptBytes)
            return failed(ExitStatus::bad_input,
                          "the message is too large to show; immp save takes its parts");
        return {};
    });
    if (!read) return std::unexpected(read.error());
    auto json = JsonValue::parse(kept);
    if (!json) return not_understood();
    return std::move(*json);
}

Remedies remedies_in(std::string_view folder) {
    return folder == kPushFolder ? Remedies(kPushRemedies) : Remedies(kMessageRemedies);
}

/// What pushes and items have that mail has not.
void read_push(OpenedMessage& message, const JsonValue& envelope) {
    message.kind = envelope.text("kind");
    message.expires = envelope.text("expires");
    message.in_reply_to = envelope.text("in-reply-to");
    for (const JsonValue& action : envelope.member("actions").items())
        message.actions.push_back({action.text("label"), action.text("uri")});
    message.repeats = envelope.number("repeats");
    message.sequence = envelope.number("sequence");
    message.chain = envelope.text("chain");
}

void read_parts(OpenedMessage& message, const JsonValue& parts) {
    for (const JsonValue& part : parts.items()) {
        const MessagePart& added = message.parts.emplace_back(MessagePart{
            part.text("id"), part.text("type"), part.number("length"), part.text("class") == "content"});
        if (!added.content || !added.type.starts_with("text/")) continue;
        const auto octets = armor::decode_base64(part.text("data"));
        if (!octets) continue;
        message.text = as_text(*octets);
        message.text_cut = octets->size() < added.length;
    }
}

}  // namespace

Outcome<std::string> parse_folder(std::string_view text) {
    auto path = parse_mailbox(text);
    // What begins with an address and has no slash behind it is a mailbox.
    if (path && !path->starts_with('/') && path->find('/', path->find('@')) == path->npos) *path += "/INBOX";
    return path;
}

Outcome<std::string> parse_mailbox(std::string_view text) {
    if (!text.starts_with('/') && text.find('@') != text.npos) {
        const auto place = parse_mailbox_place(text);
        if (!place)
            return failed(ExitStatus::usage,
                          "\"" + one_line(text) +
                              "\" is no mailbox; write for example helpdesk@a.example or "
                              "helpdesk@a.example/INBOX, and a folder of yours as /FOLDER");
        return place->owner + place->folder;
    }
    std::string path = text.starts_with('/') ? std::string(text) : "/" + std::string(text);
    if (!is_path(path))
        return failed(ExitStatus::usage,
                      "\"" + one_line(text) + "\" is no folder; write for example INBOX or INBOX/lists");
    return path;
}

Outcome<std::string> parse_message_id(std::string_view text) {
    std::string id(text);
    std::ranges::transform(
        id, id.begin(), [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (!armor::is_uuid(id))
        return failed(ExitStatus::usage, "\"" + one_line(text) + "\" is no message id; immp ls shows them");
    return id;
}

Outcome<Listing> list_messages(Conversation& conversation, const std::string& folder, std::uint32_t limit,
                               const std::string& after) {
    std::string command = "MBOX INDEX " + as_token(folder) + " LIMIT " + std::to_string(limit) + " +JSON";
    if (!after.empty()) command += " AFTER " + as_token(after);
    if (auto sent = conversation.send(command); !sent) return std::unexpected(sent.error());
    Listing listing;
    while (true) {
        const auto reply = conversation.expect(250);
        if (!reply) return std::unexpected(mended(reply.error(), kFolderRemedies));
        if (!reply->more) {
            listing.next = reply->field("next").value_or("");
            return listing;
        }
        const auto json = JsonValue::parse(reply->text);
        if (!json) return not_understood();
        listing.messages.push_back(listed(*json));
    }
}

Outcome<OpenedMessage> open_message(Conversation& conversation, const std::string& folder,
                                    const std::string& id, Look look) {
    const auto json = fetch_json(conversation, folder, id, look);
    if (!json) return std::unexpected(mended(json.error(), remedies_in(folder)));
    const JsonValue envelope = json->member("envelope");
    OpenedMessage message;
    message.id = id;
    message.envelope_id = envelope.text("id");
    message.from = envelope.text("from");
    message.sender = envelope.text("sender");
    message.original_from = envelope.text("original-from");
    message.to = envelope.texts("to");
    message.cc = envelope.texts("cc");
    message.subject = envelope.text("subject");
    message.date = envelope.text("date");
    message.importance = envelope.text("importance");
    for (const JsonValue& hop : envelope.member("received").items())
        message.received.push_back(hop.text("domain") + " at " + hop.text("timestamp"));
    for (const JsonValue& hop : envelope.member("received-via").items())
        message.received_via.push_back({hop.text("domain"), hop.text("timestamp"), hop.flag("verified")});
    for (const JsonValue& fate : envelope.member("failed").items())
        message.undelivered.push_back({fate.text("recipient"), fate.number("code"), fate.text("cause")});
    read_push(message, envelope);
    read_parts(message, json->member("parts"));
    return message;
}

Outcome<PartHeader> fetch_part(Conversation& conversation, const std::string& folder, const std::string& id,
                               const std::string& part, const std::function<void(const PartHeader&)>& begin,
                               const Conversation::Sink& sink) {
    const std::string command =
        "MBOX FETCH " + as_token(folder + "#" + id) + " PART " + as_quoted(part) + " -READ";
    if (auto sent = conversation.send(command); !sent) return std::unexpected(sent.error());
    const auto reply = conversation.expect(252);
    if (!reply) return std::unexpected(mended(reply.error(), kPartRemedies));
    const auto length = length_of(*reply);
    if (!length) return not_understood();
    PartHeader header{*length, word_behind(*reply, "TYPE").value_or("")};
    begin(header);
    if (auto read = conversation.read_body(header.length, sink); !read) return std::unexpected(read.error());
    return header;
}

}  // namespace immp::bridge::client
