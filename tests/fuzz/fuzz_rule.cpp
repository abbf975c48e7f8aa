// layer: mail
// Rules as RULE ADD is told them, a field a line (name, from, to, subject, run, forward, reject, larger):
// what is accepted is in its one form, names no path, and plans without harm; then texts that are searched.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/mail/rule.hpp"
#include "bridge/mail/searched_text.hpp"
#include "bridge/wire/token.hpp"

namespace {

using namespace immp::bridge;

void expect(bool holds) {
    if (!holds) std::abort();
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines(8);
    for (std::string& line : lines) {
        const std::size_t end = text.find('\n');
        line = text.substr(0, end);
        if (end == text.npos) break;
        text.remove_prefix(end + 1);
    }
    return lines;
}

bool same(const Rule& one, const Rule& other) {
    return one.name == other.name && one.from == other.from && one.to == other.to &&
           one.subject == other.subject && one.larger == other.larger && one.run == other.run &&
           one.forward == other.forward && one.reject == other.reject;
}

void check_plan(const Rule& rule, const std::vector<std::string>& lines) {
    Message message;
    message.envelope.from = "bob@b.example";
    message.envelope.to = {lines[2], "alice@a.example"};
    message.envelope.subject = lines[3];
    const RulePlan plan = plan_rules({rule, rule}, message, "alice@a.example", {});
    expect(!plan.run || !rule.run.empty());
    const RulePlan settled = plan_rules({rule, rule}, message, "alice@a.example", {{rule.id, true}});
    expect(!settled.run && settled.forwards.size() <= 1);
    expect(!settled.reject || (settled.files.empty() && settled.forwards.empty()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto lines = lines_of(text);
    Rule rule;
    rule.name = lines[0];
    rule.from = lines[1];
    rule.to = lines[2];
    rule.subject = lines[3];
    rule.run = lines[4];
    rule.forward = lines[5];
    if (!lines[6].empty()) rule.reject = lines[6];
    rule.larger = parse_number(lines[7]);
    rule.stop = !rule.reject;
    if (const auto prepared = prepare_rule(rule)) {
        const auto again = prepare_rule(*prepared);
        expect(again && same(*prepared, *again));
        expect(prepared->run.empty() || is_program_name(prepared->run));
        expect(prepared->run.find('/') == std::string::npos && !prepared->run.starts_with('.'));
        check_plan(*prepared, lines);
    }
    for (const char* type : {"text/plain", "text/html"}) {
        const std::string words =
            searched_text({"p", type, PartClass::content, size, 0, {}}, std::string(text));
        expect(words.size() <= size);
    }
    return 0;
}
