// PUBLISH: nodes of this domain's accounts, their items, whom their publishers let. Each is one transaction's
// work.
#pragma once

#include "bridge/node/body_stage.hpp"
#include "bridge/node/services.hpp"
#include "bridge/session/request.hpp"

namespace immp::bridge {

[[nodiscard]] Result<Done> create_node(Transaction& transaction, const NodeServices& services,
                                       const CreateNode& request);
/// The item with its content, an outbox row for each domain that takes it, and what is to file it for our
/// own subscribers.
[[nodiscard]] Result<PublishedItem> publish(Transaction& transaction, const NodeServices& services,
                                            const PublishItem& request, const StagedBody& content);
/// A read transaction's.
[[nodiscard]] Result<NodeList> list_nodes(Transaction& transaction, const NodeServices& services,
                                          const ListNodes& request);
[[nodiscard]] Result<Done> drop_node(Transaction& transaction, const NodeServices& services,
                                     const DropNode& request);

/// The node, if it is the account's own, or of a mailbox in whose name it may write. 404.
[[nodiscard]] Result<NodeRow> own_node(Transaction& transaction, const NodeServices& services,
                                       const std::string& account, const Imid& node);

}  // namespace immp::bridge
