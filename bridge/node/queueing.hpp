// A message that the node itself sends to another domain: forwarded, or an answer.
#pragma once

#include <string>

#include "bridge/store/store.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {

/// The outbox row of the stored message. `sender`: the account that hears of it should it not arrive; empty:
/// nobody. 413 where its envelope is too large to travel.
[[nodiscard]] Result<void> queue_mail(Transaction& transaction, MessageId id, const Message& message,
                                      const std::string& sender, const Imid& recipient, Time now);

}  // namespace immp::bridge
