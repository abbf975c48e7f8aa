// Items of kinds `item`, `subscribe` and `unsubscribe` in bundles: to whom each is.
#pragma once

#include "bridge/node/incoming_mail.hpp"

namespace immp::bridge {

/// Each filed once, as mail is. An Error is the store's.
[[nodiscard]] Result<Filed> file_feed_item(Transaction& transaction, const NodeServices& services,
                                           const std::string& origin, IncomingMail& mail);

}  // namespace immp::bridge
