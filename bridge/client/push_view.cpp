#include "bridge/client/push_view.hpp"

#include <cstdint>
#include <sstream>
#include <utility>

#include "bridge/client/display.hpp"
#include "bridge/mail/push_action.hpp"

namespace immp::bridge::client {

namespace {

/// Octets of a push that are fetched to show its beginning. An item of a node may have 4 MiB, for which a
/// session through XMPP would take minutes.
constexpr std::uint64_t kMaxListedBytes = 256 * 1024;

/// Of a text, in a list and in a note.
constexpr std::size_t kPreviewBytes = 2'000;
constexpr std::size_t kPreviewLines = 12;
constexpr std::size_t kNoteBytes = 1'000;

OpenedMessage unopened(const ListedMessage& listed) {
    OpenedMessage message;
    message.id = listed.id;
    message.from = listed.from;
    message.subject = listed.subject;
    message.date = listed.date;
    message.importance = listed.has_flag("important") ? "high" : "normal";
    return message;
}

/// The beginning of a text, with a bar in front of each line.
struct Barred {
    std::string lines;
    bool is_cut = false;
};

Barred barred(std::string_view text, std::size_t most, const std::string& bar) {
    Barred barred{{}, text.size() > most};
    std::istringstream left(many_lines(text.substr(0, most)));
    std::string line;
    for (std::size_t count = 0; count < kPreviewLines && std::getline(left, line); ++count)
        barred.lines += bar + line + "\n";
    barred.is_cut = barred.is_cut || std::getline(left, line);
    return barred;
}

std::string preview(const OpenedMessage& message) {
    if (!message.text) return "  | [no text; immp read " + message.id + " --folder PUSH shows what it has]\n";
    const Barred text = barred(*message.text, kPreviewBytes, "  | ");
    const bool is_cut = text.is_cut || message.text_cut;
    return text.lines + (is_cut ? "  | [it goes on; immp pushes " + message.id + " shows the whole]\n" : "");
}

std::string push_json(const ListedMessage& listed, const OpenedMessage& message) {
    armor::JsonWriter json;
    json.text("_id", message.id).text("from", message.from);
    if (!message.original_from.empty()) json.text("original-from", message.original_from);
    json.text("subject", message.subject).text("date", message.date);
    json.json("flags", armor::json_texts(listed.flags)).text("importance", message.importance);
    write_push(json, message);
    if (message.text && !message.text_cut) json.text("text", many_lines(*message.text));
    return json.line() + "\n";
}

}  // namespace

std::string action_lines(const std::vector<PushAction>& actions) {
    std::string lines;
    for (std::size_t at = 0; at < actions.size(); ++at)
        lines += "  [" + std::to_string(at + 1) + "] " + one_line(actions[at].label) + "  " +
                 one_line(actions[at].uri) + "\n";
    return lines;
}

std::string push_remarks(const OpenedMessage& message) {
    std::string remarks;
    const auto add = [&](const std::string& remark) { remarks += (remarks.empty() ? "" : ", ") + remark; };
    if (message.importance == "high") add("important");
    if (message.sequence != 0) add("item " + std::to_string(message.sequence));
    if (message.chain == "gap") add("items before it are missing");
    if (message.chain == "edited") add("it does not follow the item before: that one was changed");
    if (message.repeats == 1) add("repeated once");
    if (message.repeats > 1) add("repeated " + std::to_string(message.repeats) + " times");
    if (!message.in_reply_to.empty()) add("answers " + one_line(message.in_reply_to));
    if (!message.expires.empty()) add("until " + one_line(message.expires));
    return remarks;
}

void write_push(armor::JsonWriter& json, const OpenedMessage& message) {
    if (message.kind.empty()) return;
    json.text("kind", message.kind);
    if (!message.expires.empty()) json.text("expires", message.expires);
    if (!message.in_reply_to.empty()) json.text("in-reply-to", message.in_reply_to);
    if (!message.actions.empty()) json.json("actions", actions_json(message.actions));
    if (message.repeats != 0) json.number("repeats", message.repeats);
    if (message.sequence != 0) json.number("sequence", message.sequence);
    if (!message.chain.empty()) json.text("chain", message.chain);
}

DesktopNote push_note(const OpenedMessage& push) {
    DesktopNote note{push.id, push.from, {}, {}, push.importance == "high"};
    if (!push.original_from.empty()) note.title += ", not verified: " + push.original_from;
    const std::string bar = push.actions.empty() ? "" : "| ";
    if (!push.subject.empty()) note.text = bar + one_line(push.subject) + "\n";
    if (push.text) note.text += barred(*push.text, kNoteBytes, bar).lines;
    for (const PushAction& action : push.actions) {
        note.text += "[" + one_line(action.label) + "] " + one_line(action.uri) + "\n";
        note.buttons.push_back(action.label);
    }
    if (note.text.ends_with('\n')) note.text.pop_back();
    return note;
}

Outcome<std::optional<OpenedMessage>> open_listed_push(Conversation& conversation,
                                                       const ListedMessage& listed) {
    if (listed.length > kMaxListedBytes) return unopened(listed);
    auto message = open_message(conversation, std::string(kPushFolder), listed.id, Look::glances);
    if (!message && message.error().code == 404) return std::nullopt;
    if (!message) return std::unexpected(message.error());
    return std::move(*message);
}

std::string shown_push(const ListedMessage& listed, const OpenedMessage& message, Format format) {
    if (format == Format::json) return push_json(listed, message);
    std::string text = one_line(message.id) + (listed.has_flag("read") ? "   " : " * ") +
                       one_line(message.date) + "  " + one_line(message.from);
    if (!message.original_from.empty())
        text += ", which nobody has verified: it says " + one_line(message.original_from);
    if (!message.subject.empty()) text += "  " + one_line(message.subject);
    const std::string remarks = push_remarks(message);
    if (!remarks.empty()) text += "  (" + remarks + ")";
    text += "\n" + preview(message) + action_lines(message.actions);
    if (!message.actions.empty()) text += "  immp answer " + one_line(message.id) + " NUMBER\n";
    return text;
}

}  // namespace immp::bridge::client
