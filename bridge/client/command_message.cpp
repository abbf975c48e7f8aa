// immp mv, cp, rm, flag
#include <functional>
#include <ostream>
#include <utility>

#include "armor/json_line.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/mailbox.hpp"
#include "bridge/client/question.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {

namespace {

/// `/INBOX#<uuid>` of --folder and an id that was typed.
Outcome<std::string> place_of(const Arguments& arguments, const std::string& typed) {
    const auto folder = parse_folder(arguments.text("--folder"));
    if (!folder) return std::unexpected(folder.error());
    const auto id = parse_message_id(typed);
    if (!id) return std::unexpected(id.error());
    return *folder + "#" + *id;
}

void say(const Context& context, const std::string& id, std::string_view what, std::string_view key,
         const std::string& value) {
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("id", id).text("done", what);
        if (!value.empty()) json.text(key, value);
        context.out << json.line() << '\n';
    } else {
        context.out << id << "  " << what << (value.empty() ? std::string() : " " + one_line(value)) << '\n';
    }
}

Done put(Context& context, const Arguments& arguments, const std::string& verb, std::string_view what) {
    const auto place = place_of(arguments, arguments.text("id"));
    if (!place) return std::unexpected(place.error());
    const auto target = parse_folder(arguments.text("to"));
    if (!target) return std::unexpected(target.error());
    const std::string command = "MBOX " + verb + " " + as_token(*place) + " " + as_token(*target);
    const auto answer = ask(context, command, 243, kMessageRemedies);
    if (!answer) return std::unexpected(answer.error());
    const auto words = words_of(answer->back());
    say(context, arguments.text("id"), what, "folder", words.empty() ? *target : words.front());
    return ExitStatus::ok;
}

/// One command a message, in one session; the first failure ends it.
Done each(Context& context, const Arguments& arguments, const std::string& before, const std::string& behind,
          int code, const std::function<void(const std::string&, const Reply&)>& done) {
    std::vector<std::string> places;
    for (const std::string& typed : arguments.values("id")) {
        auto place = place_of(arguments, typed);
        if (!place) return std::unexpected(place.error());
        places.push_back(*std::move(place));
    }
    auto conversation = enter(context);
    if (!conversation) return std::unexpected(conversation.error());
    for (const std::string& place : places) {
        const std::string command = std::string(before).append(as_token(place)).append(behind);
        const auto answer = ask(*conversation, command, code, kMessageRemedies);
        if (!answer) return std::unexpected(answer.error());
        done(place.substr(place.rfind('#') + 1), answer->back());
    }
    return ExitStatus::ok;
}

}  // namespace

Done run_move(Context& context, const Arguments& arguments) {
    return put(context, arguments, "MOVE", "moved to");
}

Done run_copy(Context& context, const Arguments& arguments) {
    return put(context, arguments, "COPY", "copied to");
}

Done run_remove(Context& context, const Arguments& arguments) {
    return each(context, arguments, "MBOX REMOVE ", "", 244, [&](const std::string& id, const Reply& reply) {
        const std::string to = field_of(reply, "to");
        say(context, id, to.empty() ? "removed" : "moved to", "folder", to);
    });
}

Done run_flag(Context& context, const Arguments& arguments) {
    std::string switches;
    for (const auto& [option, text] : {std::pair{"--read", " +READ"}, std::pair{"--unread", " -READ"},
                                       std::pair{"--star", " +FLAGGED"}, std::pair{"--unstar", " -FLAGGED"}})
        if (arguments.has(option)) switches += text;
    const bool contradicts = (arguments.has("--read") && arguments.has("--unread")) ||
                             (arguments.has("--star") && arguments.has("--unstar"));
    if (switches.empty() || contradicts)
        return failed(ExitStatus::usage, "say which: --read or --unread, --star or --unstar");
    return each(context, arguments, "MBOX FLAG ", switches, 242,
                [&](const std::string& id, const Reply& reply) {
                    say(context, id, "flags", "flags", field_of(reply, "flags"));
                });
}

}  // namespace immp::bridge::client
