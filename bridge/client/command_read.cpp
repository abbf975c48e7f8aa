// immp read ID
#include <optional>
#include <ostream>
#include <utility>

#include "armor/hex.hpp"
#include "armor/json_line.hpp"
#include "armor/json_list.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/mailbox.hpp"
#include "bridge/client/push_view.hpp"
#include "bridge/client/sealed_message.hpp"

namespace immp::bridge::client {

namespace {

void show_header(const Context& context, std::string_view name, const std::string& value) {
    if (!value.empty()) context.out << name << ": " << one_line(value) << '\n';
}

std::vector<std::string> relay_texts(const OpenedMessage& message) {
    std::vector<std::string> texts;
    for (const Relay& relay : message.received_via)
        texts.push_back(relay.domain + " at " + relay.timestamp +
                        (relay.verified ? " (verified)" : " (not verified)"));
    return texts;
}

void show_parts(const Context& context, const OpenedMessage& message) {
    const bool only_text = message.parts.size() == 1 && message.text && !message.text_cut;
    if (only_text || message.parts.empty()) return;
    context.out << "\nParts (immp save " << message.id << " PART):\n";
    for (const MessagePart& part : message.parts)
        context.out << "  " << one_line(part.id) << "  " << one_line(part.type) << "  "
                    << size_text(part.length) << (part.content ? "  (the text)" : "") << '\n';
}

void show(const Context& context, const OpenedMessage& message, const std::optional<SealedBy>& sealed) {
    show_header(context, "From", message.from);
    show_header(context, "Sender", message.sender);
    if (!message.original_from.empty())
        show_header(context, message.kind.empty() ? "Forwarded" : "Unverified",
                    "first from " + message.original_from + ", as the sender says");
    show_header(context, "To", comma_list(message.to));
    show_header(context, "Cc", comma_list(message.cc));
    show_header(context, "Date", message.date);
    show_header(context, "Subject", message.subject);
    if (message.importance != "normal") show_header(context, "Importance", message.importance);
    if (!message.kind.empty()) show_header(context, "Push", push_remarks(message));
    if (sealed) context.out << "Sealed: end to end, signed by " << sealed->text() << '\n';
    show_header(context, "Received", comma_list(message.received));
    show_header(context, "Received via", comma_list(relay_texts(message)));
    for (const FailedRecipient& fate : message.undelivered)
        show_header(context, "Undelivered",
                    fate.recipient + " (" + std::to_string(fate.code) + " " + fate.cause + ")");
    // Above the text, which could look the same.
    if (!message.actions.empty())
        context.out << "Actions (immp answer " << message.id << " NUMBER):\n"
                    << action_lines(message.actions);
    context.out << '\n';
    if (message.text) {
        const std::string text = many_lines(*message.text);
        context.out << text << (text.ends_with('\n') || text.empty() ? "" : "\n");
        if (message.text_cut) context.out << "[the text goes on; immp save takes it whole]\n";
    }
    show_parts(context, message);
}

std::string part_json(const MessagePart& part) {
    armor::JsonWriter json;
    json.text("id", part.id).text("type", part.type).number("length", part.length);
    if (part.content) json.text("class", "content");
    return json.line();
}

std::string relay_json(const Relay& relay) {
    armor::JsonWriter json;
    json.text("domain", relay.domain).text("timestamp", relay.timestamp);
    return json.json("verified", relay.verified ? "true" : "false").line();
}

std::string undelivered_json(const FailedRecipient& fate) {
    armor::JsonWriter json;
    json.text("recipient", fate.recipient).number("code", fate.code);
    return json.text("cause", fate.cause).line();
}

std::string sealed_json(const SealedBy& sealed) {
    armor::JsonWriter json;
    json.text("signed-by", sealed.sender).text("fingerprint", armor::encode_hex(sealed.fingerprint));
    json.text("trust", sealed.self ? "own" : sealed.compared ? "compared" : "seen first here");
    return json.text("key", sealed.former ? "former" : "in use").line();
}

void show_json(const Context& context, const OpenedMessage& message, const std::optional<SealedBy>& sealed) {
    armor::JsonWriter json;
    json.text("id", message.id).text("from", message.from).json("to", armor::json_texts(message.to));
    if (!message.sender.empty()) json.text("sender", message.sender);
    if (!message.original_from.empty()) json.text("original-from", message.original_from);
    json.json("cc", armor::json_texts(message.cc))
        .text("subject", message.subject)
        .text("date", message.date);
    json.text("importance", message.importance).json("received", armor::json_texts(message.received));
    if (!message.received_via.empty())
        json.json("received-via", armor::json_list(message.received_via, relay_json));
    write_push(json, message);
    json.json("failed", armor::json_list(message.undelivered, undelivered_json));
    json.json("parts", armor::json_list(message.parts, part_json));
    if (sealed) json.json("sealed", sealed_json(*sealed));
    if (message.text && !message.text_cut) json.text("text", many_lines(*message.text));
    context.out << json.line() << '\n';
}

}  // namespace

Done read_message(Context& context, const std::string& folder, const std::string& id) {
    auto conversation = enter(context);
    if (!conversation) return std::unexpected(conversation.error());
    auto message = open_message(*conversation, folder, id);
    if (!message) return std::unexpected(message.error());
    std::optional<SealedBy> sealed;
    if (sealed_part(*message) != nullptr) {
        auto reader = seal_reader(context);
        if (!reader) return std::unexpected(reader.error());
        auto by = unseal(*conversation, *reader, folder, *message);
        if (!by) return std::unexpected(by.error());
        sealed = std::move(*by);
    }
    context.format == Format::json ? show_json(context, *message, sealed) : show(context, *message, sealed);
    return ExitStatus::ok;
}

Done run_read(Context& context, const Arguments& arguments) {
    const auto folder = parse_folder(arguments.text("--folder"));
    if (!folder) return std::unexpected(folder.error());
    const auto id = parse_message_id(arguments.text("id"));
    if (!id) return std::unexpected(id.error());
    return read_message(context, *folder, *id);
}

}  // namespace immp::bridge::client
