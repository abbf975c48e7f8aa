// The answer of somebody who is away, in the transaction that files what is answered.
#pragma once

#include "bridge/session/request.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

/// Answers the message's sender once in a period, if the account has set VACATION and the sender is somebody
/// who may get one; `mailbox_bytes` as MailDrop has it. To another domain it goes by the outbox, and nobody
/// hears of it should it not arrive.
[[nodiscard]] Result<void> answer_if_away(Transaction& transaction, AccountId account, const Imid& recipient,
                                          const Message& message, const std::function<std::string()>& uuid,
                                          Time now, std::uint64_t mailbox_bytes);

}  // namespace immp::bridge
