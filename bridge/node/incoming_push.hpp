// A push of another domain, filed for its recipients here (docs/envelope.md, 3.3).
#pragma once

#include "bridge/node/incoming_mail.hpp"

namespace immp::bridge {

/// Each recipient's outcome is in docs/envelope.md, 3.3. An Error is the store's.
[[nodiscard]] Result<Filed> file_incoming_push(Transaction& transaction, const NodeServices& services,
                                               const std::string& origin, IncomingMail& mail);

}  // namespace immp::bridge
