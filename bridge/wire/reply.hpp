// Reply lines: `[<pipeline>: ]<code>[-] <text>\n` (draft 3.8; decisions, 1).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "armor/error.hpp"

namespace immp::bridge {

/// Octets of a reply line with its prefix and `\n`; longer text is cut at a character.
inline constexpr std::size_t kMaxReplyBytes = 65'536;

enum class More {
    last,     ///< `250 text`
    follows,  ///< `250- text`: more lines of this reply come
};

/// Control characters of `text` become `?`: what others wrote cannot make a line of its own. `pipeline` may
/// be empty.
[[nodiscard]] std::string reply_line(std::string_view pipeline, int code, More more, std::string_view text);

/// `words e=... [retry=...]`; the words are cut, never the fields.
[[nodiscard]] std::string refusal_text(const Error& error);

/// One line of a refusal.
[[nodiscard]] std::string refusal_line(std::string_view pipeline, const Error& error);

/// `key=...`, with a key as the fields of a reply have: as a word of a reply it is one. A quoted word is
/// none.
[[nodiscard]] bool reads_as_field(std::string_view word);

/// `text` as a token that reads back as the same one: quoted where it must be, also where it would read as a
/// field, as the address `bounce=1@b.example` would.
[[nodiscard]] std::string as_token(std::string_view text);
/// Always quoted.
[[nodiscard]] std::string as_quoted(std::string_view text);

}  // namespace immp::bridge
