// The end of an account or a shared mailbox, as the administrator wants it.
#pragma once

#include <string_view>

#include "bridge/node/mail_drop.hpp"

namespace immp::bridge {

/// With all that is its own. Its nodes end as by PUBLISH DROP and its subscriptions as by UNSUBSCRIBE, so
/// that other domains hear of it (docs/protocol.md, 19). 404. In a write transaction.
[[nodiscard]] Result<void> remove_account(Transaction& transaction, const DropContext& context,
                                          std::string_view name);
/// The same of a shared mailbox.
[[nodiscard]] Result<void> remove_mailbox(Transaction& transaction, const DropContext& context,
                                          std::string_view name);

}  // namespace immp::bridge
