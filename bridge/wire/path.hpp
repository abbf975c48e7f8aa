// Where messages lie: `/folder[/sub]`, with its owner `imid/folder`, then `#message` or `::selector`
// (decisions, 5).
#pragma once

#include <string>
#include <string_view>

#include "armor/error.hpp"

namespace immp::bridge {

/// Folder names between slashes: none empty, none with `#`, `?`, `::` or control characters; at most 1,023
/// octets, UTF-8.
[[nodiscard]] bool is_path(std::string_view text);

struct Place {
    std::string owner;   ///< a prepared IMID; empty where the path begins with `/`
    std::string folder;  ///< "/INBOX"
    std::string rest;    ///< behind `#` or `::`
};

/// `<path>#<uuid>`. 400.
[[nodiscard]] Result<Place> parse_message_place(std::string_view text);
/// `<path>[::<selector>]`; `rest` is empty where there is no selector. 400.
[[nodiscard]] Result<Place> parse_folder_place(std::string_view text);
/// `<path>`, or an IMID alone, whose whole mailbox is meant: `folder` is empty. 400.
[[nodiscard]] Result<Place> parse_mailbox_place(std::string_view text);

}  // namespace immp::bridge
