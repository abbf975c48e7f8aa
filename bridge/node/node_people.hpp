// Whom a node that is not open lets have its items: PUBLISH ADMIT and REFUSE, and who asks. Each is one
// transaction's work.
#pragma once

#include "bridge/node/services.hpp"
#include "bridge/session/request.hpp"

namespace immp::bridge {

[[nodiscard]] Result<Done> decide_person(Transaction& transaction, const NodeServices& services,
                                         const DecidePerson& request);

/// Somebody asks for the items, under that subscription; what the publisher has said of him. 413, 429 where
/// too many wait.
[[nodiscard]] Result<NodePerson> note_asking(Transaction& transaction, const NodeRow& node, const Imid& who,
                                             const std::string& subscription);

}  // namespace immp::bridge
