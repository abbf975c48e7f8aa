// The answer of somebody who is away, in the transaction that files what is answered.
#pragma once

#include "bridge/node/mail_drop.hpp"

namespace immp::bridge {

/// Answers the message's sender once in a period, if the account has set VACATION and the sender is somebody
/// who may get one. To another domain it goes by the outbox, and nobody hears of it should it not arrive.
[[nodiscard]] Result<void> answer_if_away(Transaction& transaction, const DropContext& context,
                                          AccountId account, const Imid& recipient, const Message& message);

}  // namespace immp::bridge
