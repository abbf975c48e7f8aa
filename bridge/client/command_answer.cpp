// immp answer ID [LABEL] [--number N]: what a push offers, by its label or its number.
#include <optional>
#include <ostream>
#include <set>

#include "armor/json_line.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/programs.hpp"
#include "bridge/client/push_view.hpp"
#include "bridge/wire/reply.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

/// Their places, from 0, of all that it may mean: a publisher may write a number as a label.
std::set<std::size_t> meant(const std::vector<PushAction>& actions, const std::string& typed) {
    std::set<std::size_t> places;
    for (std::size_t at = 0; at < actions.size(); ++at)
        if (actions[at].label == typed) places.insert(at);
    const auto number = parse_number(typed);
    if (number && *number >= 1 && *number <= actions.size()) places.insert(*number - 1);
    return places;
}

std::string none_such(const std::vector<PushAction>& actions, const std::string& typed) {
    std::string labels;
    for (const PushAction& action : actions)
        labels += (labels.empty() ? "" : ", ") + one_line(action.label);
    return "it has no action \"" + one_line(typed) + "\"; it has: " + labels + ", or 1 and so on";
}

/// By its number alone, or with the label that it has to have.
Outcome<PushAction> numbered(const std::vector<PushAction>& actions, std::uint32_t number,
                             const std::optional<std::string>& label) {
    if (number > actions.size())
        return failed(ExitStatus::bad_input, none_such(actions, std::to_string(number)));
    const PushAction& action = actions[number - 1];
    if (label && *label != action.label)
        return failed(ExitStatus::bad_input, "its action " + std::to_string(number) + " is \"" +
                                                 one_line(action.label) + "\", not \"" + one_line(*label) +
                                                 "\"; immp pushes shows them");
    return action;
}

Outcome<PushAction> chosen(const std::vector<PushAction>& actions, const Arguments& arguments) {
    if (actions.empty()) return failed(ExitStatus::bad_input, "this push asks for nothing");
    const auto label = arguments.optional_text("label");
    if (arguments.has("--number")) return numbered(actions, arguments.number("--number"), label);
    const auto places = meant(actions, *label);
    if (places.empty()) return failed(ExitStatus::bad_input, none_such(actions, *label));
    if (places.size() == 1) return actions[*places.begin()];
    std::string numbers;
    for (const std::size_t at : places)
        numbers += (numbers.empty() ? "--number " : " or --number ") + std::to_string(at + 1);
    return failed(ExitStatus::bad_input,
                  "\"" + one_line(*label) + "\" may be more than one of its actions; write " + numbers);
}

/// Why the answer does not go to the publisher, though the action is there; a failure for anything else.
Outcome<std::string> send_answer(Conversation& conversation, const std::string& id,
                                 const PushAction& action) {
    const std::string command = "PUSH ANSWER " + id + " " + as_quoted(action.label);
    if (auto sent = conversation.send(command); !sent) return std::unexpected(sent.error());
    const auto reply = conversation.expect_one_of({265, 266, 403, 409});
    if (!reply) return std::unexpected(mended(reply.error(), kPushRemedies));
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
    if (!arguments.has("label") && !arguments.has("--number"))
        return failed(ExitStatus::usage, "say which action, by its label or its number");
    const bool opens = arguments.has("--open");
    auto conversation = enter(context);
    if (!conversation) return std::unexpected(conversation.error());
    const auto push = open_message(*conversation, std::string(kPushFolder), *id, Look::glances);
    if (!push) return std::unexpected(push.error());
    const auto action = chosen(push->actions, arguments);
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
