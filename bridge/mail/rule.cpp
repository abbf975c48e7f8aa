#include "bridge/mail/rule.hpp"

#include <algorithm>

#include "bridge/mail/block.hpp"
#include "bridge/wire/imid.hpp"
#include "bridge/wire/prep.hpp"

namespace immp::bridge {
namespace {

/// More is no size of a message, and would not fit the store's numbers.
constexpr std::uint64_t kMaxLarger = 1ull << 60;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= kMaxRuleNameBytes && std::ranges::all_of(text, is_name_character);
}

std::string in_lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

Result<void> prepare_pattern(std::string& pattern) {
    if (pattern.empty()) return {};
    auto prepared = parse_block_pattern(pattern);
    if (!prepared) return std::unexpected(std::move(prepared.error()));
    pattern = std::move(*prepared);
    return {};
}

Result<void> prepare_address(std::string& address) {
    if (address.empty()) return {};
    const auto imid = parse_imid(address);
    if (!imid) return std::unexpected(imid.error());
    if (imid->local.empty() || !imid->folder.empty() || !imid->message.empty())
        return fail(400, "FORWARD takes an address, without folder or message");
    address = imid->text();
    return {};
}

Result<void> check_texts(const Rule& rule) {
    for (const std::string& text : {rule.subject, rule.reject.value_or("")})
        if (text.size() > kMaxRuleTextBytes)
            return fail(413,
                        "SUBJECT and REJECT take at most " + std::to_string(kMaxRuleTextBytes) + " octets");
    return {};
}

Result<void> check_actions(const Rule& rule) {
    const bool acts = !rule.file.empty() || !rule.forward.empty() || rule.read || rule.flagged;
    if (rule.reject && (acts || rule.stop))
        return fail(400, "REJECT ends a message: it stands without another action");
    if (!acts && !rule.stop && !rule.reject)
        return fail(400, "A rule needs an action: FILE, FORWARD, REJECT, +READ, +FLAGGED or +STOP");
    return {};
}

bool is_sent_to(const Rule& rule, const Message& message, const std::string& account) {
    const auto matches = [&](const std::string& address) {
        const auto imid = parse_imid(address);
        return imid && block_matches(rule.to, imid->account(), imid->domain);
    };
    return matches(account) || std::ranges::any_of(message.envelope.to, matches) ||
           std::ranges::any_of(message.envelope.cc, matches);
}

bool has_words(const std::string& words, const std::string& subject) {
    const std::string text = caseless_key(subject);
    const std::string wanted = caseless_key(words);
    for (std::size_t at = 0; at < wanted.size();) {
        const std::size_t end = std::min(wanted.find(' ', at), wanted.size());
        if (text.find(wanted.substr(at, end - at)) == text.npos) return false;
        at = end + 1;
    }
    return true;
}

/// All conditions but the program's.
bool applies(const Rule& rule, const Message& message, const std::string& account) {
    if (rule.larger && message.length() <= *rule.larger) return false;
    if (!rule.from.empty()) {
        const auto from = parse_imid(message.envelope.from);
        if (!from || !block_matches(rule.from, from->account(), from->domain)) return false;
    }
    if (!rule.to.empty() && !is_sent_to(rule, message, account)) return false;
    return has_words(rule.subject, message.envelope.subject);
}

void add_once(std::vector<std::string>& list, const std::string& text) {
    if (!text.empty() && std::ranges::find(list, text) == list.end()) list.push_back(text);
}

}  // namespace

bool is_program_name(std::string_view text) {
    return is_name(text) && text.front() != '.' && text.front() != '-';
}

Result<Rule> prepare_rule(Rule rule) {
    if (!is_name(rule.name))
        return fail(400, "A rule's name is 1 to " + std::to_string(kMaxRuleNameBytes) +
                             " letters, digits, '-', '_' and '.'");
    rule.name = in_lower_case(std::move(rule.name));
    for (std::string* pattern : {&rule.from, &rule.to})
        if (auto done = prepare_pattern(*pattern); !done) return std::unexpected(std::move(done.error()));
    if (rule.larger && *rule.larger > kMaxLarger) return fail(400, "LARGER is a number of octets");
    if (!rule.run.empty() && !is_program_name(rule.run))
        return fail(400, "RUN takes the name of a program, not a path");
    if (auto done = prepare_address(rule.forward); !done) return std::unexpected(std::move(done.error()));
    if (auto done = check_texts(rule); !done) return std::unexpected(std::move(done.error()));
    if (auto done = check_actions(rule); !done) return std::unexpected(std::move(done.error()));
    return rule;
}

RulePlan plan_rules(const std::vector<Rule>& rules, const Message& message, const std::string& account,
                    const RuleVerdicts& verdicts) {
    RulePlan plan;
    for (const Rule& rule : rules) {
        if (!applies(rule, message, account)) continue;
        if (!rule.run.empty()) {
            const auto said = verdicts.find(rule.id);
            if (said == verdicts.end()) {
                plan.run = rule;
                return plan;
            }
            if (!said->second) continue;
        }
        if (rule.reject) {
            RulePlan refused;
            refused.reject = rule.reject;
            return refused;
        }
        add_once(plan.files, rule.file);
        add_once(plan.forwards, rule.forward);
        plan.read = plan.read || rule.read;
        plan.flagged = plan.flagged || rule.flagged;
        if (rule.stop) return plan;
    }
    return plan;
}

}  // namespace immp::bridge
