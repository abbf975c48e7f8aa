#include "bridge/client/question.hpp"

#include <utility>

#include "bridge/wire/reply.hpp"

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

}  // namespace

Outcome<std::vector<Reply>> ask(Conversation& conversation, const std::string& command, int code,
                                Remedies remedies) {
    if (auto sent = conversation.send(command); !sent) return std::unexpected(sent.error());
    std::vector<Reply> lines;
    do {
        auto reply = conversation.expect(code);
        if (!reply) return std::unexpected(mended(reply.error(), remedies));
        lines.push_back(*std::move(reply));
    } while (lines.back().more);
    return lines;
}

Outcome<std::vector<Reply>> ask(Context& context, const std::string& command, int code, Remedies remedies) {
    auto conversation = enter(context);
    if (!conversation) return std::unexpected(conversation.error());
    return ask(*conversation, command, code, remedies);
}

std::string unquoted(std::string_view word) {
    if (word.size() < 2 || !word.starts_with('"') || !word.ends_with('"')) return std::string(word);
    const std::string_view text = word.substr(1, word.size() - 2);
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        plain += text[at];
    }
    return plain;
}

std::vector<std::string> words_of(const Reply& reply) {
    std::vector<std::string> words;
    for (const std::string& word : raw_words(reply.text))
        if (!reads_as_field(word)) words.push_back(unquoted(word));
    return words;
}

std::string field_of(const Reply& reply, std::string_view key) {
    const std::string start = std::string(key) + "=";
    for (const std::string& word : raw_words(reply.text))
        if (word.starts_with(start)) return unquoted(std::string_view(word).substr(start.size()));
    return {};
}

}  // namespace immp::bridge::client
