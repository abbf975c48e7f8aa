#include "bridge/mail/push_action.hpp"

#include <algorithm>

#include "armor/json_line.hpp"
#include "armor/json_list.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/wire/imid_uri.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge {
namespace {

constexpr std::string_view kHttps = "HTTPS://";

/// A host, and no user in front of it: `https://bank.example@evil.example/` looks like another's.
bool is_web(std::string_view uri) {
    if (to_upper(uri.substr(0, kHttps.size())) != kHttps) return false;
    uri.remove_prefix(kHttps.size());
    const std::string_view authority = uri.substr(0, uri.find_first_of("/?#"));
    return !authority.empty() && authority.front() != ':' && authority.find('@') == authority.npos;
}

bool is_immp(std::string_view uri) {
    const auto parsed = parse_imid_uri(uri);
    return parsed && parsed->scheme == UriScheme::immp;
}

}  // namespace

Result<void> check_action(const PushAction& action) {
    if (!is_header_text(action.label) || !is_header_text(action.uri))
        return fail(415, "Control characters in an action");
    if (action.label.size() > kMaxActionLabelBytes || action.uri.size() > kMaxActionUriBytes)
        return fail(413, "A label has at most 64 octets, a URI 1,000");
    if (action.label.empty()) return fail(400, "An action has a label");
    const auto is_visible = [](char c) { return c > 0x20 && c < 0x7f && c != '\\' && c != '"'; };
    if (!std::ranges::all_of(action.uri, is_visible) || !(is_web(action.uri) || is_immp(action.uri)))
        return fail(400, "An action is an https: or immp: URI");
    return {};
}

Result<void> check_actions(const std::vector<PushAction>& actions) {
    if (actions.size() > kMaxPushActions) return fail(413, "Too many actions");
    for (auto action = actions.begin(); action != actions.end(); ++action) {
        if (auto done = check_action(*action); !done) return done;
        if (std::ranges::find(actions.begin(), action, action->label, &PushAction::label) != action)
            return fail(400, "Two actions have one label: an answer could mean either");
    }
    return {};
}

std::string actions_json(const std::vector<PushAction>& actions) {
    return armor::json_list(actions, [](const PushAction& action) {
        return armor::JsonWriter().text("label", action.label).text("uri", action.uri).line();
    });
}

}  // namespace immp::bridge
