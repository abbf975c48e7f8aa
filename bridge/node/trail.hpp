// Through which relays a bundle came, as its trail says (docs/envelope.md, "Hops").
#pragma once

#include <vector>

#include "armor/bundle.hpp"
#include "bridge/node/services.hpp"

namespace immp::bridge {

/// All lines of the trail, in the order in which they were added. It proves nothing and never fails: a line
/// is `verified` where it was signed under the record of its domain that is pinned now, and not where nothing
/// or another record is pinned, or the pins cannot be read. Nobody is asked. Blocks: on a worker.
[[nodiscard]] std::vector<RelayHop> read_trail(const NodeServices& services, const armor::Head& head);

}  // namespace immp::bridge
