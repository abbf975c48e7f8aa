// The name of a node, as it is written in commands (docs/protocol.md, 19).
#pragma once

#include <string>
#include <string_view>

#include "bridge/wire/imid.hpp"

namespace immp::bridge {

/// `a/b@domain`, or `a/b` of `own_domain`; `a@domain/b`, the draft's form, is read as `a/b@domain`. 400, 415.
[[nodiscard]] Result<Imid> parse_node(std::string_view text, const std::string& own_domain);

}  // namespace immp::bridge
