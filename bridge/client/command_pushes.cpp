// immp pushes, immp approve SOURCE, immp block push SOURCE, immp forget SOURCE.
#include <algorithm>
#include <ostream>

#include "armor/json_line.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/push_view.hpp"
#include "bridge/client/question.hpp"
#include "bridge/client/typed_node.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::size_t kSourceCharacters = 40;

constexpr Remedy kSourceRemedies[] = {
    {404, "immp pushes --sources lists what there is"},
    {413, "immp pushes --sources lists them, immp forget ends one"},
};

/// What lies in /PUSH, newest first; the cursor of what comes behind, else empty. Where nobody was let in
/// yet, there is no such folder.
Outcome<std::string> show_pushes(Context& context, Conversation& conversation, const Arguments& arguments) {
    const auto listing = list_messages(conversation, std::string(kPushFolder), arguments.number("--limit"),
                                       arguments.text("--after"));
    if (!listing && listing.error().code != 404) return std::unexpected(listing.error());
    if (!listing || listing->messages.empty()) {
        if (context.format == Format::text) context.notes << "No pushes.\n";
        return std::string();
    }
    for (const ListedMessage& listed : listing->messages) {
        const auto push = open_listed_push(conversation, listed);
        if (!push) return std::unexpected(push.error());
        if (*push) context.out << shown_push(listed, **push, context.format);
    }
    return listing->next;
}

void show_source(const Context& context, const Reply& reply, const std::string& source,
                 const std::string& state) {
    const std::string since = field_of(reply, state == "waiting" ? "newest" : "since");
    const std::string pushes = field_of(reply, "pushes");
    const std::string text = field_of(reply, "text");
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("source", source).text("state", state);
        if (!pushes.empty()) json.text("pushes", pushes);
        json.text(state == "waiting" ? "newest" : "since", since);
        if (!text.empty()) json.text("text", text);
        context.out << json.line() << '\n';
    } else {
        context.out << state
                    << (state == "waiting"   ? "   "
                        : state == "blocked" ? "   "
                                             : "  ")
                    << whole_column(source, kSourceCharacters) << "  " << one_line(since)
                    << (pushes.empty() ? "" : "  " + one_line(pushes) + (pushes == "1" ? " push" : " pushes"))
                    << (text.empty() ? "" : "\n  | " + one_line(text)) << '\n';
    }
}

/// The sources; all of them with --sources, else those that wait for a word.
Outcome<void> show_sources(Context& context, Conversation& conversation, const Arguments& arguments) {
    const auto answer = ask(conversation, "PUSH LIST", 200);
    if (!answer) return std::unexpected(answer.error());
    bool is_waiting = false;
    for (const Reply& reply : *answer) {
        const auto words = words_of(reply);
        if (words.size() < 2 || !(words[1] == "waiting" || words[1] == "approved" || words[1] == "blocked"))
            continue;
        if (words[1] != "waiting" && !arguments.has("--sources")) continue;
        is_waiting = is_waiting || words[1] == "waiting";
        show_source(context, reply, words[0], words[1]);
    }
    if (is_waiting && context.format == Format::text)
        context.notes << "immp approve SOURCE lets its pushes in; immp block push SOURCE keeps them out.\n";
    return {};
}

/// What is said of a source, and what that is called where it is told.
struct Decision {
    const char* verb;
    int code;
    const char* state;
    const char* told;
};

Done decide(Context& context, const Arguments& arguments, const Decision& decision) {
    const auto source = typed_publisher(arguments.text("source"));
    if (!source) return std::unexpected(source.error());
    const auto answer = ask(context, std::string("PUSH ") + decision.verb + " " + as_token(*source),
                            decision.code, kSourceRemedies);
    if (!answer) return std::unexpected(answer.error());
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("source", *source).text("state", decision.state).line()
                    << '\n';
    else
        context.out << "Pushes from " << one_line(*source) << " " << decision.told << " from now on.\n";
    return ExitStatus::ok;
}

}  // namespace

Done run_pushes(Context& context, const Arguments& arguments) {
    if (arguments.has("id")) {
        const auto id = parse_message_id(arguments.text("id"));
        if (!id) return std::unexpected(id.error());
        return read_message(context, std::string(kPushFolder), *id);
    }
    auto conversation = enter(context);
    if (!conversation) return std::unexpected(conversation.error());
    const auto next = show_pushes(context, *conversation, arguments);
    if (!next) return std::unexpected(next.error());
    if (auto shown = show_sources(context, *conversation, arguments); !shown)
        return std::unexpected(shown.error());
    if (!next->empty() && context.format == Format::json)
        context.out << armor::JsonWriter().text("next", *next).line() << '\n';
    else if (!next->empty())
        context.notes << "More: immp pushes --after " << one_line(*next) << '\n';
    return ExitStatus::ok;
}

Done run_approve(Context& context, const Arguments& arguments) {
    return decide(context, arguments, {"APPROVE", 200, "approved", "are approved"});
}

Done run_block_push(Context& context, const Arguments& arguments) {
    return decide(context, arguments, {"BLOCK", 200, "blocked", "are blocked"});
}

Done run_forget(Context& context, const Arguments& arguments) {
    return decide(context, arguments, {"FORGET", 244, "forgotten", "wait for your word"});
}

}  // namespace immp::bridge::client
