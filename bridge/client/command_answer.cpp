// immp answer ID LABEL: what a push offers, by its label or its number.
#include <algorithm>
#include <ostream>

#include "armor/json_line.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/programs.hpp"
#include "bridge/client/push_view.hpp"
#include "bridge/wire/reply.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

Outcome<PushAction> chosen(const OpenedMessage& push, const std::string& typed) {
    if (push.actions.empty()) return failed(ExitStatus::bad_input, "this push asks for nothing");
    const auto named = std::ranges::find(push.actions, typed, &PushAction::label);
    if (named != push.actions.end()) return *named;
    const auto number = parse_number(typed);
    if (number && *number >= 1 && *number <= push.actions.size()) return push.actions[*number - 1];
    std::string labels;
    for (const PushAction& action : push.actions)
        labels += (labels.empty() ? "" : ", ") + one_line(action.label);
    return failed(ExitStatus::bad_input,
                  "it has no action \"" + one_line(typed) + "\"; it has: " + labels + ", or 1 and so on");
}

/// Why the answer does not go to the publisher, though the action is there; a failure for anything else.
Outcome<std::string> send_answer(Conversation& conversation, const std::string& id,
                                 const PushAction& action) {
    const std::string command = "PUSH ANSWER " + id + " " + bridge::quoted(action.label);
    if (auto sent = conversation.send(command); !sent) return std::unexpected(sent.error());
    const auto reply = conversation.expect_one_of({265, 266, 403, 409});
    if (!reply) return std::unexpected(reply.error());
    if (reply->code == 403) return "nobody has verified who sent it, so that no answer goes there";
    if (reply->code == 409) return "it was answered before, and is answered once";
    return std::string();
}

void report(const Context& context, const OpenedMessage& push, const PushAction& action) {
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("id", push.id).text("to", push.from).text("answer", action.label).text("uri", action.uri);
        context.out << json.line() << '\n';
    } else {
        context.out << "Answered \"" << one_line(action.label) << "\" to " << one_line(push.from) << ".\n";
    }
}

}  // namespace

Done run_answer(Context& context, const Arguments& arguments) {
    const auto id = parse_message_id(arguments.text("id"));
    if (!id) return std::unexpected(id.error());
    const bool opens = arguments.has("--open");
    auto conversation = enter(context);
    if (!conversation) return std::unexpected(conversation.error());
    const auto push = open_message(*conversation, std::string(kPushFolder), *id, Look::glances);
    if (!push) return std::unexpected(push.error());
    const auto action = chosen(*push, arguments.text("label"));
    if (!action) return std::unexpected(action.error());
    if (opens)
        if (const auto sound = check_address(action->uri); !sound) return std::unexpected(sound.error());
    const auto kept_back = send_answer(*conversation, *id, *action);
    if (!kept_back) return std::unexpected(kept_back.error());
    if (!kept_back->empty() && !opens)
        return failed(ExitStatus::bad_input, *kept_back + "; --open opens " + one_line(action->uri));
    if (kept_back->empty())
        report(context, *push, *action);
    else
        context.notes << "immp: " << *kept_back << '\n';
    if (!opens) {
        if (context.format == Format::text)
            context.notes << "Not opened (--open does): " << one_line(action->uri) << '\n';
        return ExitStatus::ok;
    }
    context.notes << "Opening " << one_line(action->uri) << '\n' << std::flush;
    if (auto opened = open_address(action->uri); !opened) return std::unexpected(opened.error());
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
