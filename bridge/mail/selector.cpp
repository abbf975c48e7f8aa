#include "bridge/mail/selector.hpp"

#include <algorithm>

#include "armor/time_text.hpp"
#include "bridge/wire/codes.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {
namespace {

Result<Selector> parse_words(std::string_view text) {
    Selector selector{SelectorKind::text, {}, {}, {}};
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        if (end > at) selector.words.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    if (selector.words.empty()) return std::unexpected(refusal(400, "text= takes words"));
    if (selector.words.size() > kMaxSearchWords)
        return std::unexpected(
            refusal(413, "At most " + std::to_string(kMaxSearchWords) + " words are looked for at once"));
    return selector;
}

}  // namespace

Result<Selector> parse_selector(std::string_view text) {
    if (text.empty() || text == "*") return Selector{};
    if (text == "unread") return Selector{SelectorKind::unread, {}, {}, {}};
    if (text == "flagged") return Selector{SelectorKind::flagged, {}, {}, {}};
    const std::size_t equals = text.find('=');
    const std::string_view key = text.substr(0, equals);
    const std::string_view value = equals == text.npos ? "" : text.substr(equals + 1);
    if (key == "since") {
        const auto since = armor::parse_time(value);
        if (!since) return std::unexpected(refusal(400, "A time is YYYY-MM-DDThh:mm:ssZ"));
        return Selector{SelectorKind::since, *since, {}, {}};
    }
    if (key == "from") {
        const auto from = parse_imid(value);
        if (!from) return std::unexpected(from.error());
        return Selector{SelectorKind::from, {}, from->account(), {}};
    }
    if (key == "text") return parse_words(value);
    return std::unexpected(refusal(400, "No such selector"));
}

}  // namespace immp::bridge
