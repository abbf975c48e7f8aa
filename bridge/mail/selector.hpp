// Which messages of a folder are meant: what follows `::` in a path (decisions, 5).
#pragma once

#include <string>
#include <string_view>

#include "armor/error.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

enum class SelectorKind {
    all,      ///< `*`, or no selector at all
    unread,   ///< `unread`
    flagged,  ///< `flagged`
    since,    ///< `since=<time>`
    from,     ///< `from=<imid>`
};

struct Selector {
    SelectorKind kind = SelectorKind::all;
    Time since{};
    std::string from;
};

/// Errors: 400 for what is no selector.
[[nodiscard]] Result<Selector> parse_selector(std::string_view text);

}  // namespace immp::bridge
