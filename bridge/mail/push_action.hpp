// What a push offers to do (PUSH TO ... ACTION; docs/protocol.md, 18).
#pragma once

#include <string>
#include <vector>

#include "armor/error.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

inline constexpr std::size_t kMaxPushActions = 5;
/// Octets.
inline constexpr std::size_t kMaxActionLabelBytes = 64;
inline constexpr std::size_t kMaxActionUriBytes = 1'000;

/// 400 for an empty label, or a URI that is neither `https:` with a host nor `immp:` with an IMID (RFC 3986;
/// ASCII without blanks); 413 too long; 415 for control characters.
[[nodiscard]] Result<void> check_action(const PushAction& action);
/// Those of one push: 413 too many, 400 for two with one label.
[[nodiscard]] Result<void> check_actions(const std::vector<PushAction>& actions);

/// `[{"label":…,"uri":…},…]`, as metadata and `immp` write them.
[[nodiscard]] std::string actions_json(const std::vector<PushAction>& actions);

}  // namespace immp::bridge
