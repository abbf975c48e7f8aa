// Text that others wrote, made safe for a terminal: no escape sequence, no text that runs backwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace immp::bridge::client {

/// Line ends and tabs stay; other controls (C0, DEL, C1), direction overrides (U+202A..202E, U+2066..2069)
/// and what is not UTF-8 become U+FFFD. `\r\n` becomes `\n`.
[[nodiscard]] std::string many_lines(std::string_view text);
/// The same on one line: line ends and tabs become blanks.
[[nodiscard]] std::string one_line(std::string_view text);
/// Several, each made one line, with commas between: "a, b".
[[nodiscard]] std::string comma_list(const std::vector<std::string>& texts);

/// "512 B", "1.4 MiB".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// Of a column that names or addresses stand in.
inline constexpr std::size_t kNameCharacters = 40;
/// The whole on one line, filled with blanks to a column: for names, whose end tells whose they are.
[[nodiscard]] std::string whole_column(std::string_view text, std::size_t characters);
/// As many characters as fit a column, the last one `~` where some are cut off.
[[nodiscard]] std::string column(std::string_view text, std::size_t characters);

}  // namespace immp::bridge::client
