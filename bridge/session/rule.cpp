// RULE LIST, RULE ADD, RULE DROP.
#include "bridge/mail/rule.hpp"

#include "bridge/session/handlers.hpp"
#include "bridge/session/place.hpp"

namespace immp::bridge {
namespace {

std::string field(std::string_view name, const std::string& value) {
    return value.empty() ? std::string() : " " + std::string(name) + "=" + as_token(value);
}

std::string rule_line(const Rule& rule) {
    std::string line = rule.name + field("from", rule.from) + field("to", rule.to);
    if (!rule.subject.empty()) line += " subject=" + as_quoted(rule.subject);
    if (rule.larger) line += " larger=" + std::to_string(*rule.larger);
    line += field("run", rule.run) + field("file", rule.file) + field("forward", rule.forward);
    if (rule.reject) line += " reject=" + as_quoted(*rule.reject);
    if (rule.read || rule.flagged)
        line += std::string(" flags=") + (rule.read ? "read" : "") + (rule.read && rule.flagged ? "," : "") +
                (rule.flagged ? "flagged" : "");
    return line + (rule.stop ? " stop=yes" : "");
}

/// A rule's name in its one form; 400.
Result<std::string> rule_name(const std::string& text) {
    Rule named;
    named.name = text;
    named.stop = true;
    auto prepared = prepare_rule(std::move(named));
    if (!prepared) return std::unexpected(std::move(prepared.error()));
    return std::move(prepared->name);
}

/// A parameter that says something; one that is there and empty is 400.
Result<std::string> text_of(const Arguments& given, std::string_view name) {
    const auto value = given.value(name);
    if (value && value->empty())
        return std::unexpected(refusal(400, std::string(name) + " is empty: leave it out instead"));
    return std::string(value.value_or(""));
}

struct TextParameter {
    std::string_view name;
    std::string Rule::* member;
};
constexpr TextParameter kTexts[] = {{"FROM", &Rule::from},       {"TO", &Rule::to},
                                    {"SUBJECT", &Rule::subject}, {"RUN", &Rule::run},
                                    {"FILE", &Rule::file},       {"FORWARD", &Rule::forward}};

Result<Rule> read_rule(const SessionCore& core, const Arguments& given) {
    Rule rule;
    rule.name = given.text(0);
    for (const TextParameter& parameter : kTexts) {
        auto text = text_of(given, parameter.name);
        if (!text) return std::unexpected(std::move(text.error()));
        rule.*parameter.member = std::move(*text);
    }
    if (!rule.file.empty()) {
        auto place = folder_place(core, rule.file);
        if (!place) return std::unexpected(std::move(place.error()));
        // A rule files into its own mailbox.
        if (!place->owner.empty()) return std::unexpected(refusal(404, "No such folder"));
        rule.file = std::move(place->folder);
    }
    if (const auto larger = given.value("LARGER")) {
        rule.larger = parse_number(*larger);
        if (!rule.larger) return std::unexpected(refusal(400, "LARGER is a number of octets"));
    }
    if (const auto reason = given.value("REJECT")) rule.reject = std::string(*reason);
    rule.read = given.has("+READ");
    rule.flagged = given.has("+FLAGGED");
    rule.stop = given.has("+STOP");
    return prepare_rule(std::move(rule));
}

}  // namespace

void rule_list(SessionCore& core, const SlotPtr& slot, const Command&) {
    core.ask<RuleList>(slot, ListRules{core.account},
                       [](SessionCore& c, const SlotPtr& s, const RuleList& rules) {
                           for (const Rule& rule : rules)
                               c.reply_more(*s, 200, rule_line(rule));
                           c.reply(*s, 200, "n=" + std::to_string(rules.size()));
                       });
}

void rule_add(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const Arguments& given = command.arguments;
    auto rule = read_rule(core, given);
    if (!rule) return core.refuse(*slot, rule.error());
    std::string before;
    if (const auto name = given.value("BEFORE")) {
        auto prepared = rule_name(std::string(*name));
        if (!prepared) return core.refuse(*slot, prepared.error());
        before = std::move(*prepared);
    }
    const std::string line = rule_line(*rule);
    core.ask<Done>(slot, AddRule{core.account, *std::move(rule), std::move(before)},
                   [line](SessionCore& c, const SlotPtr& s, Done) { c.reply(*s, 201, line); });
}

void rule_drop(SessionCore& core, const SlotPtr& slot, const Command& command) {
    auto name = rule_name(command.arguments.text(0));
    if (!name) return core.refuse(*slot, name.error());
    core.ask<Done>(slot, DropRule{core.account, *std::move(name)},
                   [](SessionCore& c, const SlotPtr& s, Done) { c.reply(*s, 244, code_spec(244).text); });
}

}  // namespace immp::bridge
