#include "bridge/wire/command.hpp"

#include <algorithm>
#include <utility>

#include "bridge/wire/codes.hpp"
#include "bridge/wire/line.hpp"

namespace immp::bridge {
namespace {

constexpr std::size_t kMaxPipelineIdBytes = 32;

const ParameterSpec* find_parameter(const CommandSpec& spec, const Token& token) {
    for (const ParameterSpec& parameter : spec.parameters)
        if (!parameter.name.empty() && token.is_keyword(parameter.name)) return &parameter;
    return nullptr;
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool looks_like_switch(const Token& token) {
    if (token.items.size() != 1 || token.items.front().quoted) return false;
    const std::string_view text = token.items.front().text;
    return text.size() > 1 && (text[0] == '+' || text[0] == '-') && is_letter(text[1]) &&
           std::ranges::all_of(text.substr(1), [](char c) { return is_letter(c) || is_digit(c); });
}

/// Sorts tokens, keeps the first complaint and goes on.
class Sorter {
  public:
    Sorter(const CommandSpec& spec, std::span<const Token> tokens) : spec_(spec), rest_(tokens) {}

    Arguments run() {
        while (!rest_.empty())
            take_one();
        if (sorted_.positional.size() < spec_.min_positional) complain(400, missing());
        return std::move(sorted_);
    }

  private:
    void take_one() {
        if (const ParameterSpec* parameter = find_parameter(spec_, rest_.front()))
            take_parameter(*parameter);
        else if (looks_like_switch(rest_.front()))
            take_switch();
        else
            take_positional();
    }

    void take_parameter(const ParameterSpec& parameter) {
        rest_ = rest_.subspan(1);
        Arguments::Named named{parameter.name, {}};
        for (; named.values.size() < parameter.values && !rest_.empty(); rest_ = rest_.subspan(1)) {
            auto value = rest_.front().value();
            if (!value) complain(400, "A list cannot stand behind " + std::string(parameter.name));
            named.values.push_back(std::move(value).value_or(""));
        }
        if (named.values.size() < parameter.values)
            complain(400, "A value is missing behind " + std::string(parameter.name));
        sorted_.named.push_back(std::move(named));
        if (sorted_.count(parameter.name) > parameter.at_most)
            complain(400, std::string(parameter.name) + " stands there too often");
    }

    void take_switch() {
        const std::string form = to_upper(rest_.front().items.front().text);
        rest_ = rest_.subspan(1);
        const auto known = std::ranges::find(spec_.switches, form);
        if (known == std::end(spec_.switches)) return complain(406, "Unknown switch " + form);
        const bool twice = std::ranges::any_of(
            sorted_.switches, [&](std::string_view other) { return other.substr(1) == known->substr(1); });
        if (twice) return complain(400, form.substr(1) + " is switched twice");
        sorted_.switches.push_back(*known);
    }

    void take_positional() {
        const bool late = !sorted_.named.empty() || !sorted_.switches.empty();
        if (late || sorted_.positional.size() == spec_.max_positional)
            complain(400, "Not understood: " + rest_.front().items.front().text);
        else
            sorted_.positional.push_back(rest_.front());
        rest_ = rest_.subspan(1);
    }

    [[nodiscard]] std::string missing() const {
        return "Use " + std::string(spec_.keywords) + " " + std::string(spec_.synopsis);
    }

    void complain(int code, std::string text) {
        if (!sorted_.error) sorted_.error = refusal(code, std::move(text));
    }

    const CommandSpec& spec_;
    std::span<const Token> rest_;
    Arguments sorted_;
};

/// Takes `AS <id>` off. A wrong one is refused, and what stands behind it is read all the same.
void take_pipeline(Command& command, std::span<const Token>& tokens) {
    while (!tokens.empty() && tokens.front().is_keyword("AS")) {
        const std::string id = tokens.size() > 1 && tokens[1].bare() ? tokens[1].value().value_or("") : "";
        if (!command.pipeline.empty())
            command.error = refusal(400, "AS stands there twice");
        else if (is_pipeline_id(id))
            command.pipeline = id;
        else
            command.error = refusal(400, "A pipeline id is 1 to 32 letters and digits");
        tokens = tokens.subspan(std::min<std::size_t>(tokens.size(), 2));
    }
    if (tokens.empty() && !command.error) command.error = refusal(400, "A command is missing behind AS");
}

/// DATA or CHUNK in the place of AS, its id or the verb, however it is written; behind AS anywhere, since an
/// id may have been meant to hold blanks.
bool may_be_data(std::span<const Token> tokens) {
    constexpr std::size_t kAsIdVerb = 3;
    const auto in_item = [](const Token::Item& item) { return names_body(item.text); };
    const std::size_t words = tokens.front().is_keyword("AS") ? tokens.size() : kAsIdVerb;
    return std::ranges::any_of(tokens.first(std::min(tokens.size(), words)),
                               [&](const Token& token) { return std::ranges::any_of(token.items, in_item); });
}

void not_understood(Command& command, std::span<const Token> tokens, std::span<const Token> rest) {
    if (!rest.empty() && is_http_verb(rest.front())) {
        command.error = refusal(710, "This is not HTTP, closing");
        return;
    }
    if (!command.error) command.error = refusal(400, "No such command");
    command.may_have_body = may_be_data(tokens);
    if (command.may_have_body) command.error->text += ", closing";
}

Command read_command(std::span<const Token> tokens) {
    Command command;
    std::span<const Token> rest = tokens;
    take_pipeline(command, rest);
    const auto found = rest.empty() ? std::nullopt : find_command(rest);
    if (found) {
        command.spec = found->spec;
        command.arguments = sort_arguments(*found->spec, rest.subspan(found->keywords));
    } else {
        not_understood(command, tokens, rest);
    }
    return command;
}

}  // namespace

bool Arguments::has(std::string_view switch_form) const {
    return std::ranges::find(switches, switch_form) != switches.end();
}

std::size_t Arguments::count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count(named, name, &Named::name));
}

std::optional<std::string_view> Arguments::value(std::string_view name) const {
    const auto at = std::ranges::find(named, name, &Named::name);
    if (at == named.end() || at->values.empty()) return std::nullopt;
    return at->values.front();
}

std::string Arguments::text(std::size_t at) const {
    return at < positional.size() ? positional[at].value().value_or("") : "";
}

Arguments sort_arguments(const CommandSpec& spec, std::span<const Token> tokens) {
    return Sorter(spec, tokens).run();
}

Result<BodyFrame> body_frame(const Command& command) {
    const Arguments& given = command.arguments;
    const bool is_chunk = command.spec->verb == Verb::chunk;
    const std::size_t lengths = is_chunk ? given.positional.size() : given.count("LENGTH");
    const std::size_t chunked = given.count("CHUNKED");
    BodyFrame frame{{}, given.has("+BASE64"), chunked == 1 && !command.pipeline.empty()};
    if (lengths + chunked > 1) return std::unexpected(refusal(400, "The length is told twice, closing"));
    if (lengths == 1) {
        frame.length = parse_number(is_chunk ? given.text(0) : given.value("LENGTH").value_or(""));
        if (!frame.length) return std::unexpected(refusal(400, "The length is no number, closing"));
        return frame;
    }
    if (is_chunk) return std::unexpected(refusal(400, "The length is missing, closing"));
    // Outside pipelines nothing would tell chunks from commands.
    if (frame.chunked || (frame.base64 && chunked == 0)) return frame;
    return std::unexpected(refusal(411, "LENGTH required, closing"));
}

Result<std::vector<Command>> parse_line(std::string_view line) {
    const auto parts = split_line(line);
    if (!parts) return std::unexpected(parts.error());
    std::vector<Command> commands;
    for (const Tokens& tokens : *parts)
        commands.push_back(read_command(tokens));
    for (std::size_t at = 0; at + 1 < commands.size(); ++at)
        if (commands[at].spec && commands[at].spec->position == Position::last)
            return std::unexpected(
                refusal(400, std::string(commands[at].spec->keywords) + " must be last on its line"));
    return commands;
}

std::optional<Command> find_body_command(std::string_view line) {
    auto commands = parse_line(line);
    if (!commands || commands->empty()) return std::nullopt;
    Command last = std::move(commands->back());
    const bool has_body = last.spec && (last.spec->verb == Verb::data || last.spec->verb == Verb::chunk);
    if (!has_body || !body_frame(last)) return std::nullopt;
    return last;
}

bool is_pipeline_id(std::string_view text) {
    return !text.empty() && text.size() <= kMaxPipelineIdBytes &&
           std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c); });
}

}  // namespace immp::bridge
