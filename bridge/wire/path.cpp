#include "bridge/wire/path.hpp"

#include <algorithm>
#include <cstdint>

#include "armor/names.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {
namespace {

bool fits_folder(char c) {
    return static_cast<std::uint8_t>(c) >= 0x20 && c != 0x7f && c != '#' && c != '?';
}

Result<Place> parse_place(std::string_view path, std::string_view rest) {
    if (path.starts_with('/')) {
        if (!is_path(path)) return fail(400, "The folder is not one");
        return Place{{}, std::string(path), std::string(rest)};
    }
    const auto imid = parse_imid(path);
    if (!imid) return std::unexpected(imid.error());
    if (imid->local.empty() || imid->folder.empty() || !imid->tag.empty() || !imid->message.empty())
        return fail(400, "A path is /folder or imid/folder");
    return Place{imid->account(), imid->folder, std::string(rest)};
}

}  // namespace

bool is_path(std::string_view text) {
    if (!text.starts_with('/') || text.ends_with('/') || text.size() > armor::kMaxImidBytes) return false;
    return armor::is_utf8(text) && std::ranges::all_of(text, fits_folder) && text.find("::") == text.npos &&
           text.find("//") == text.npos;
}

Result<Place> parse_message_place(std::string_view text) {
    const std::size_t hash = text.find('#');
    if (hash == text.npos || !armor::is_uuid(text.substr(hash + 1)))
        return fail(400, "A message is named by <path>#<uuid>, in lower case");
    return parse_place(text.substr(0, hash), text.substr(hash + 1));
}

Result<Place> parse_folder_place(std::string_view text) {
    const std::size_t colons = text.find("::");
    if (colons == text.npos) return parse_place(text, {});
    if (colons + 2 == text.size()) return fail(400, "A selector is missing behind ::");
    return parse_place(text.substr(0, colons), text.substr(colons + 2));
}

Result<Place> parse_mailbox_place(std::string_view text) {
    if (!text.starts_with('/') && text.find("::") == text.npos) {
        const auto imid = parse_imid(text);
        if (!imid) return std::unexpected(imid.error());
        if (!imid->local.empty() && imid->text() == imid->account()) return Place{imid->account(), {}, {}};
    }
    auto place = parse_folder_place(text);
    if (place && !place->rest.empty()) return fail(400, "A folder or mailbox is meant, without ::");
    return place;
}

}  // namespace immp::bridge
