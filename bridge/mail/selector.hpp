// Which messages of a folder are meant: what follows `::` in a path (decisions, 5).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// Words that one search takes; more is 413.
inline constexpr std::size_t kMaxSearchWords = 32;

enum class SelectorKind {
    all,      ///< `*`, or no selector at all
    unread,   ///< `unread`
    flagged,  ///< `flagged`
    since,    ///< `since=<time>`
    from,     ///< `from=<imid>`
    text,     ///< `text=<words>`
};

struct Selector {
    SelectorKind kind = SelectorKind::all;
    Time since{};
    std::string from;
    std::vector<std::string> words = {};  ///< all of them; none is empty
};

/// Errors: 400 for what is no selector, 413 for too many words.
[[nodiscard]] Result<Selector> parse_selector(std::string_view text);

}  // namespace immp::bridge
