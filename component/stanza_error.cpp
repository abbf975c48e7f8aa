#include "component/stanza_error.hpp"

#include <algorithm>
#include <charconv>

#include "bridge/wire/codes.hpp"
#include "component/vocabulary.hpp"
#include "component/xml_writer.hpp"

namespace immp::component {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kDefaultRetry = 60s;
constexpr std::chrono::seconds kLongestRetry = std::chrono::hours(24);
constexpr std::size_t kLongestCondition = 64;

struct Condition {
    int code;
    std::string_view type;  // where the error is permanent; else `wait`
    std::string_view name;
};
constexpr Condition kConditions[] = {
    {400, "modify", "bad-request"},
    {403, "auth", "forbidden"},
    {404, "cancel", "item-not-found"},
    {405, "cancel", "not-allowed"},
    {409, "cancel", "conflict"},
    {413, "modify", "policy-violation"},
    {415, "modify", "bad-request"},
    {429, "wait", "resource-constraint"},
    {450, "cancel", "item-not-found"},
    {452, "modify", "policy-violation"},
    {453, "auth", "registration-required"},
    {701, "cancel", "feature-not-implemented"},
    {702, "wait", "internal-server-error"},
    {703, "wait", "recipient-unavailable"},
    {705, "wait", "resource-constraint"},
};
constexpr Condition kOther{0, "cancel", "undefined-condition"};

const Condition& condition_for(int code) {
    const auto* row = std::ranges::find(kConditions, code, &Condition::code);
    return row == std::end(kConditions) ? kOther : *row;
}

// A number of 1..limit without sign or leading zero.
std::optional<int> small_number(std::optional<std::string_view> text, int limit) {
    int value = 0;
    if (!text || text->empty() || text->front() < '1' || text->front() > '9') return std::nullopt;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (fault != std::errc() || end != text->data() + text->size() || value > limit) return std::nullopt;
    return value;
}

bool is_refusal_code(int code) {
    return (code >= 400 && code < 500) || (code >= 700 && code < 800);
}

}  // namespace

std::string error_payload(const Error& error, std::string_view extra) {
    const auto& condition = condition_for(error.code);
    const auto detail = bridge::code_spec(error.code).enhanced;
    const auto enhanced = (error.temporary() ? "4." : "5.") + std::string(detail);
    const auto retry = error.temporary() ? std::to_string(error.retry->count()) : std::string();
    std::string content = element(condition.name, {{"xmlns", kStanzaErrorNs}});
    content += element(
        "refusal",
        {{"xmlns", kImmpNs}, {"code", std::to_string(error.code)}, {"e", enhanced}, {"retry", retry}});
    content += extra;
    return element("error", {{"type", error.temporary() ? "wait" : condition.type}}, content);
}

std::string plain_error_payload(std::string_view type, std::string_view condition) {
    return element("error", {{"type", type}}, element(condition, {{"xmlns", kStanzaErrorNs}}));
}

std::string_view condition_of(const Stanza& stanza) {
    const auto* condition = stanza.find(ElementKind::error_condition);
    return condition ? std::string_view(condition->text).substr(0, kLongestCondition) : std::string_view();
}

Error error_of(const Stanza& stanza) {
    const auto condition = condition_of(stanza);
    Error error{720, "the other domain cannot be reached", std::string(condition), kDefaultRetry};
    if (condition == "resource-constraint" || condition == "policy-violation") {
        error.code = 705;
        error.text = "the other domain is busy";
    }
    const auto* refusal = stanza.find(ElementKind::refusal);
    if (!refusal) return error;
    const auto code = small_number(refusal->get("code"), 999);
    if (code && is_refusal_code(*code)) {
        error.code = *code;
        error.text = "refused by the other domain";
    }
    if (const auto retry = small_number(refusal->get("retry"), static_cast<int>(kLongestRetry.count())))
        error.retry = std::chrono::seconds(*retry);
    return error;
}

}  // namespace immp::component
