// immp rule list|add|drop
#include <ostream>

#include "armor/json_line.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/mailbox.hpp"
#include "bridge/client/question.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {

namespace {

/// A field of the server's line, and how it is said to people.
struct Phrase {
    std::string_view field;
    std::string_view words;
};
constexpr Phrase kPhrases[] = {{"from", "from"},          {"to", "to"},         {"subject", "subject has"},
                               {"larger", "over"},        {"run", "if"},        {"file", "file into"},
                               {"forward", "forward to"}, {"reject", "reject"}, {"flags", "mark"},
                               {"stop", "stop"}};

/// An option that becomes a parameter of RULE ADD.
struct TextOption {
    std::string_view option;
    std::string_view parameter;
};
constexpr TextOption kTextOptions[] = {{"--before", "BEFORE"},   {"--from", "FROM"},     {"--to", "TO"},
                                       {"--subject", "SUBJECT"}, {"--larger", "LARGER"}, {"--run", "RUN"},
                                       {"--forward", "FORWARD"}, {"--reject", "REJECT"}};
constexpr TextOption kSwitches[] = {{"--read", "+READ"}, {"--star", "+FLAGGED"}, {"--stop", "+STOP"}};

constexpr Remedy kAddRemedies[] = {
    {404, "immp rule list shows the rules, immp folder list the folders"},
    {409, "immp rule list shows them"},
    {413, "immp rule list shows them"},
};
constexpr Remedy kDropRemedies[] = {{404, "immp rule list shows them"}};

std::string name_of(const Reply& reply) {
    const auto words = words_of(reply);
    return words.empty() ? std::string() : words.front();
}

void show_rule(const Context& context, const Reply& reply) {
    const std::string name = name_of(reply);
    armor::JsonWriter json;
    json.text("rule", name);
    std::string line = column(name, 20);
    for (const Phrase& phrase : kPhrases) {
        const std::string value = field_of(reply, phrase.field);
        const bool is_there =
            !value.empty() || reply.text.find(std::string(phrase.field) + "=\"\"") != std::string::npos;
        if (!is_there) continue;
        json.text(phrase.field, value);
        line += "  " + std::string(phrase.words);
        if (phrase.field != "stop" && !value.empty()) line += " " + one_line(value);
        if (phrase.field == "larger") line += " octets";
        if (phrase.field == "run") line += " says so";
    }
    context.out << (context.format == Format::json ? json.line() : line) << '\n';
}

}  // namespace

Done run_rule_list(Context& context, const Arguments&) {
    const auto answer = ask(context, "RULE LIST", 200);
    if (!answer) return std::unexpected(answer.error());
    for (const Reply& reply : *answer)
        if (reply.more) show_rule(context, reply);
    if (answer->size() == 1 && context.format == Format::text) context.notes << "No rules.\n";
    return ExitStatus::ok;
}

Done run_rule_add(Context& context, const Arguments& arguments) {
    std::string command = "RULE ADD " + as_quoted(arguments.text("name"));
    for (const TextOption& option : kTextOptions)
        if (const auto value = arguments.optional_text(option.option))
            command += " " + std::string(option.parameter) + " " + as_quoted(*value);
    if (arguments.has("--file")) {
        const auto folder = parse_folder(arguments.text("--file"));
        if (!folder) return std::unexpected(folder.error());
        command += " FILE " + as_quoted(*folder);
    }
    for (const TextOption& option : kSwitches)
        if (arguments.has(option.option)) command += " " + std::string(option.parameter);
    const auto answer = ask(context, command, 201, kAddRemedies);
    if (!answer) return std::unexpected(answer.error());
    show_rule(context, answer->back());
    return ExitStatus::ok;
}

Done run_rule_drop(Context& context, const Arguments& arguments) {
    const std::string name = arguments.text("name");
    const auto answer = ask(context, "RULE DROP " + as_quoted(name), 244, kDropRemedies);
    if (!answer) return std::unexpected(answer.error());
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("rule", name).text("done", "Dropped").line() << '\n';
    else
        context.out << "Dropped " << one_line(name) << ".\n";
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
