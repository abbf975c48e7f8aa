#include "bridge/wire/reply.hpp"

#include <algorithm>
#include <cstdint>

#include "armor/names.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

constexpr std::size_t kMaxWordsBytes = 8'192;

// C1 controls are the two octets c2 80..9f.
std::string harmless(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool c1 = text[at] == '\xc2' && at + 1 < text.size() &&
                        static_cast<std::uint8_t>(text[at + 1]) >= 0x80 &&
                        static_cast<std::uint8_t>(text[at + 1]) < 0xa0;
        safe += c1 || armor::is_control(text[at]) ? '?' : text[at];
        if (c1) ++at;
    }
    return safe;
}

}  // namespace

std::string reply_line(std::string_view pipeline, int code, More more, std::string_view text) {
    std::string line;
    if (!pipeline.empty()) line.append(pipeline).append(": ");
    line += std::to_string(code);
    line += more == More::follows ? "- " : " ";
    line += armor::utf8_prefix(harmless(text), kMaxReplyBytes - line.size() - 1);
    line += '\n';
    return line;
}

std::string refusal_text(const Error& error) {
    const std::string_view words =
        error.text.empty() ? code_spec(error.code).text : std::string_view(error.text);
    return std::string(armor::utf8_prefix(words, kMaxWordsBytes)) + " " + error_fields(error);
}

std::string refusal_line(std::string_view pipeline, const Error& error) {
    return reply_line(pipeline, error.code, More::last, refusal_text(error));
}

std::string as_quoted(std::string_view text) {
    std::string token = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') token += '\\';
        token += c;
    }
    return token + '"';
}

bool reads_as_field(std::string_view word) {
    const std::size_t end = word.find('=');
    return end != word.npos && end > 0 && std::ranges::all_of(word.substr(0, end), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

std::string as_token(std::string_view text) {
    const bool plain = !text.empty() && text.find_first_of(" \";,\\") == text.npos && !reads_as_field(text);
    return plain ? std::string(text) : as_quoted(text);
}

}  // namespace immp::bridge
