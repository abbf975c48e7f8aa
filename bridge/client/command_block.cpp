// immp block list|add|drop|refused
#include <ostream>

#include "armor/json_line.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/question.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {

namespace {

std::string word_at(const std::vector<std::string>& words, std::size_t at) {
    return at < words.size() ? words[at] : std::string();
}

void show_block(const Context& context, const Reply& reply) {
    const std::string pattern = word_at(words_of(reply), 0);
    const std::string action = field_of(reply, "action");
    const std::string expires = field_of(reply, "expires");
    const std::string reason = field_of(reply, "reason");
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("pattern", pattern).text("action", action).text("made", field_of(reply, "made"));
        if (!expires.empty()) json.text("expires", expires);
        if (!reason.empty()) json.text("reason", reason);
        context.out << json.line() << '\n';
    } else {
        context.out << whole_column(pattern, 40) << "  " << column(action, 6)
                    << (expires.empty() ? "" : "  until " + one_line(expires))
                    << (reason.empty() ? "" : "  " + one_line(reason)) << '\n';
    }
}

void show_refused(const Context& context, const Reply& reply) {
    const auto words = words_of(reply);
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("time", word_at(words, 0)).text("from", word_at(words, 1)).text("code", word_at(words, 2));
        context.out << json.text("pattern", word_at(words, 3)).line() << '\n';
    } else {
        context.out << one_line(word_at(words, 0)) << "  " << one_line(word_at(words, 2)) << "  "
                    << whole_column(word_at(words, 1), 40) << "  " << one_line(word_at(words, 3)) << '\n';
    }
}

}  // namespace

Done run_block_list(Context& context, const Arguments&) {
    const auto answer = ask(context, "BLOCK LIST", 200);
    if (!answer) return std::unexpected(answer.error());
    for (const Reply& reply : *answer)
        if (reply.more) show_block(context, reply);
    return ExitStatus::ok;
}

Done run_block_add(Context& context, const Arguments& arguments) {
    std::string command = "BLOCK ADD " + as_token(arguments.text("pattern"));
    if (arguments.has("--action")) command += " ACTION " + as_token(arguments.text("--action"));
    if (arguments.has("--expires")) command += " EXPIRES " + arguments.text("--expires");
    if (arguments.has("--reason")) command += " REASON " + as_quoted(arguments.text("--reason"));
    auto answer = ask(context, command, 201);
    if (!answer && answer.error().code == 409)
        return failed(ExitStatus::bad_input,
                      "it is in the list already; immp block drop it first, to change it");
    if (!answer) return std::unexpected(answer.error());
    show_block(context, answer->back());
    return ExitStatus::ok;
}

Done run_block_drop(Context& context, const Arguments& arguments) {
    const std::string pattern = arguments.text("pattern");
    const auto answer = ask(context, "BLOCK DROP " + as_token(pattern), 244);
    if (!answer && answer.error().code == 404)
        return failed(ExitStatus::no_input, "it is not in the list; immp block list shows what is");
    if (!answer) return std::unexpected(answer.error());
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("done", "removed").text("pattern", pattern).line() << '\n';
    else
        context.out << "Removed " << one_line(pattern) << ".\n";
    return ExitStatus::ok;
}

Done run_block_refused(Context& context, const Arguments&) {
    const auto answer = ask(context, "BLOCK REFUSED", 200);
    if (!answer) return std::unexpected(answer.error());
    for (const Reply& reply : *answer)
        if (reply.more) show_refused(context, reply);
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
