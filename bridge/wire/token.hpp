// A command line cut into commands and tokens (draft 3.7; decisions, 1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"

namespace immp::bridge {

/// Commands on one line; more is 400 for the whole line.
inline constexpr std::size_t kMaxCommandsOnLine = 16;

/// What stands between two blanks: items joined by unquoted commas, nearly always one.
struct Token {
    struct Item {
        std::string text;  ///< without quotes and escapes
        bool quoted = false;
    };
    std::vector<Item> items;  ///< never empty

    /// No item is quoted: only then it may be a keyword, a switch or a parameter's name.
    [[nodiscard]] bool bare() const;
    /// The token as one value; nothing where a comma joins quoted items.
    [[nodiscard]] std::optional<std::string> value() const;
    /// Bare, and the same without regard to case. `keyword` in capitals.
    [[nodiscard]] bool is_keyword(std::string_view keyword) const;
};

using Tokens = std::vector<Token>;

/// The commands of a line, none of them empty (nothing between two `;` is no command). 400: quotes that do
/// not end or touch other text, unknown escapes, more than kMaxCommandsOnLine.
[[nodiscard]] Result<std::vector<Tokens>> split_line(std::string_view line);

/// ASCII letters in capitals.
[[nodiscard]] std::string to_upper(std::string_view text);

/// 0 or a number without leading zeros, sign or blanks. Nothing for any other text and above 2^64-1.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace immp::bridge
