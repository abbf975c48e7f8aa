#include "bridge/client/question.hpp"

#include <algorithm>
#include <utility>

#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

/// Blanks inside quotes are not between words: `reason="two words"`.
std::vector<std::string> raw_words(std::string_view text) {
    std::vector<std::string> words(1);
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == ' ' && !quoted) {
            words.emplace_back();
            continue;
        }
        if (quoted && text[at] == '\\' && at + 1 < text.size())
            words.back() += text[at++];
        else if (text[at] == '"')
            quoted = !quoted;
        words.back() += text[at];
    }
    std::erase(words, "");
    return words;
}

std::string unquoted(std::string_view text) {
    if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return std::string(text);
    text = text.substr(1, text.size() - 2);
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        plain += text[at];
    }
    return plain;
}

bool is_field(std::string_view word) {
    const std::size_t end = word.find('=');
    return end != word.npos && end > 0 &&
           std::all_of(word.begin(), word.begin() + static_cast<long>(end),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace

Outcome<std::vector<Reply>> ask(Conversation& conversation, const std::string& command, int code) {
    if (auto sent = conversation.send(command); !sent) return std::unexpected(sent.error());
    std::vector<Reply> lines;
    do {
        auto reply = conversation.expect(code);
        if (!reply) return std::unexpected(reply.error());
        lines.push_back(*std::move(reply));
    } while (lines.back().more);
    return lines;
}

Outcome<std::vector<Reply>> ask(Context& context, const std::string& command, int code) {
    auto conversation = enter(context);
    if (!conversation) return std::unexpected(conversation.error());
    return ask(*conversation, command, code);
}

std::vector<std::string> words_of(const Reply& reply) {
    std::vector<std::string> words;
    for (const std::string& word : raw_words(reply.text))
        if (!is_field(word)) words.push_back(unquoted(word));
    return words;
}

std::string field_of(const Reply& reply, std::string_view key) {
    const std::string start = std::string(key) + "=";
    for (const std::string& word : raw_words(reply.text))
        if (word.starts_with(start)) return unquoted(std::string_view(word).substr(start.size()));
    return {};
}

}  // namespace immp::bridge::client
