// The names of nodes and of who pushes, as they are written in commands (docs/protocol.md, 18 and 19).
#pragma once

#include <string>
#include <string_view>

#include "bridge/wire/imid.hpp"

namespace immp::bridge {

/// `a/b@domain`, or `a/b` of `own_domain`; `a@domain/b`, the draft's form, is read as `a/b@domain`. 400, 415.
[[nodiscard]] Result<Imid> parse_node(std::string_view text, const std::string& own_domain);

/// The one name under which a source of pushes can be approved: an account's or a node's, with its domain, in
/// either form. 400, 415.
[[nodiscard]] Result<Imid> parse_publisher(std::string_view text);

}  // namespace immp::bridge
