#include "bridge/mail/block.hpp"

#include <algorithm>
#include <array>

#include "bridge/wire/imid.hpp"
#include "bridge/wire/prep.hpp"

namespace immp::bridge {
namespace {

constexpr std::array<std::pair<BlockAction, std::string_view>, 3> kActions = {
    {{BlockAction::junk, "JUNK"}, {BlockAction::drop, "DROP"}, {BlockAction::reject, "REJECT"}}};
constexpr std::size_t kMaxPatternBytes = 1'023;
/// What stands in no address, or has a meaning on a line.
constexpr std::string_view kNotInPatterns = " ,;\"\\#?+";

Result<std::string> no_pattern() {
    return fail(400, "A pattern is an address, a domain, or one with * for any part of it");
}

/// Each piece between stars and slashes as a name of its own: what stands beside a star is not known.
Result<std::string> prepare_glob(std::string_view text) {
    std::string glob;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of("*/@"), text.size());
        if (end > 0) {
            auto piece = nodeprep(text.substr(0, end));
            if (!piece) return piece;
            if (piece->find_first_of("*/@") != piece->npos) return no_pattern();
            glob += *piece;
        }
        if (end < text.size()) glob += text[end];
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return glob;
}

}  // namespace

std::string_view action_name(BlockAction action) {
    return std::ranges::find(kActions, action, &std::pair<BlockAction, std::string_view>::first)->second;
}

std::optional<BlockAction> action_of(std::string_view name) {
    const auto found = std::ranges::find(kActions, name, &std::pair<BlockAction, std::string_view>::second);
    if (found == kActions.end()) return std::nullopt;
    return found->first;
}

bool is_glob(std::string_view pattern) {
    return pattern.find('*') != pattern.npos;
}

Result<std::string> parse_block_pattern(std::string_view text) {
    if (text.empty() || text.size() > kMaxPatternBytes || text.find_first_of(kNotInPatterns) != text.npos)
        return no_pattern();
    if (!is_glob(text)) {
        const auto imid = parse_imid(text);
        if (!imid) return std::unexpected(imid.error());
        if (imid->text() != imid->account()) return no_pattern();
        return imid->account();
    }
    if (std::ranges::count(text, '@') > 1) return no_pattern();
    auto glob = prepare_glob(text);
    if (glob && (glob->size() > kMaxPatternBytes || glob->find_first_of(kNotInPatterns) != glob->npos))
        return no_pattern();
    return glob;
}

bool block_matches(std::string_view pattern, std::string_view address, std::string_view domain) {
    return glob_matches(pattern, pattern.find('@') == pattern.npos ? domain : address);
}

bool glob_matches(std::string_view glob, std::string_view text) {
    std::size_t at = 0;
    std::size_t seen = 0;
    std::size_t star = glob.npos;  // the last star, and where the text stood then
    std::size_t star_seen = 0;
    while (seen < text.size()) {
        if (at < glob.size() && glob[at] == '*') {
            star = at++;
            star_seen = seen;
        } else if (at < glob.size() && glob[at] == text[seen]) {
            ++at;
            ++seen;
        } else if (star != glob.npos) {
            at = star + 1;
            seen = ++star_seen;
        } else {
            return false;
        }
    }
    return glob.substr(at).find_first_not_of('*') == glob.npos;
}

}  // namespace immp::bridge
