#include "bridge/wire/token.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace immp::bridge {
namespace {

constexpr std::string_view kEndsBare = " \";,";

class Lexer {
  public:
    explicit Lexer(std::string_view line) : rest_(line) {}

    Result<std::vector<Tokens>> run() {
        while (true) {
            skip_blanks();
            if (rest_.empty() || rest_.front() == ';') {
                if (!command_.empty()) commands_.push_back(std::exchange(command_, {}));
                if (commands_.size() > kMaxCommandsOnLine)
                    return fail(400, "More than 16 commands on a line");
                if (rest_.empty()) return std::move(commands_);
                rest_.remove_prefix(1);
                continue;
            }
            auto token = read_token();
            if (!token) return std::unexpected(token.error());
            command_.push_back(*std::move(token));
        }
    }

  private:
    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

    Result<Token> read_token() {
        Token token;
        while (true) {
            auto item = read_item();
            if (!item) return std::unexpected(item.error());
            token.items.push_back(*std::move(item));
            if (!rest_.starts_with(',')) break;
            rest_.remove_prefix(1);
        }
        if (!rest_.empty() && rest_.front() != ' ' && rest_.front() != ';')
            return fail(400, "A quoted string stands by itself");
        return token;
    }

    Result<Token::Item> read_item() {
        if (rest_.starts_with('"')) return read_quoted();
        const std::size_t end = std::min(rest_.find_first_of(kEndsBare), rest_.size());
        Token::Item item{std::string(rest_.substr(0, end)), false};
        rest_.remove_prefix(end);
        return item;
    }

    Result<Token::Item> read_quoted() {
        Token::Item item{{}, true};
        for (std::size_t at = 1; at < rest_.size(); ++at) {
            if (rest_[at] == '"') {
                rest_.remove_prefix(at + 1);
                return item;
            }
            if (rest_[at] == '\\') {
                ++at;
                if (at == rest_.size() || (rest_[at] != '"' && rest_[at] != '\\'))
                    return fail(400, "Only \\\" and \\\\ are escapes");
            }
            item.text += rest_[at];
        }
        return fail(400, "A quoted string does not end");
    }

    std::string_view rest_;
    Tokens command_;
    std::vector<Tokens> commands_;
};

}  // namespace

bool Token::bare() const {
    return std::ranges::none_of(items, &Item::quoted);
}

std::optional<std::string> Token::value() const {
    if (items.size() == 1) return items.front().text;
    if (!bare()) return std::nullopt;
    std::string joined = items.front().text;
    for (std::size_t at = 1; at < items.size(); ++at)
        joined += "," + items[at].text;
    return joined;
}

bool Token::is_keyword(std::string_view keyword) const {
    return items.size() == 1 && !items.front().quoted && to_upper(items.front().text) == keyword;
}

Result<std::vector<Tokens>> split_line(std::string_view line) {
    return Lexer(line).run();
}

std::string to_upper(std::string_view text) {
    std::string upper(text);
    for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return upper;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    return number;
}

}  // namespace immp::bridge
