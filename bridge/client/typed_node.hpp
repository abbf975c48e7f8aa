// Names of nodes and of sources of pushes as users type them (docs/protocol.md, 18 and 19). What the draft
// writes as `newsletter@b.example/updates` is read as `newsletter/updates@b.example`.
#pragma once

#include <string>
#include <string_view>

#include "bridge/client/failure.hpp"

namespace immp::bridge::client {

/// `newsletter/updates`, with `@domain` behind it where it is not of the account's own; prepared.
/// ExitStatus::bad_input for what cannot be one.
[[nodiscard]] Outcome<std::string> typed_node(std::string_view typed);

/// Somebody who pushes, a node or not: always with its domain. ExitStatus::bad_input.
[[nodiscard]] Outcome<std::string> typed_publisher(std::string_view typed);

}  // namespace immp::bridge::client
