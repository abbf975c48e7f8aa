// Blocked senders: the lists' commands, and what becomes of a sender's mail. Each is one transaction's work.
#pragma once

#include <optional>
#include <string>

#include "bridge/mail/block.hpp"
#include "bridge/session/request.hpp"
#include "bridge/store/store.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {

[[nodiscard]] Result<BlockList> list_blocks(Transaction& transaction, const ListBlocks& request, Time now);
[[nodiscard]] Result<Done> add_block(Transaction& transaction, const AddBlock& request);
[[nodiscard]] Result<Done> drop_block(Transaction& transaction, const DropBlock& request);
[[nodiscard]] Result<RefusedList> list_refused(Transaction& transaction, const ListRefused& request);

/// The block that counts for a sender's mail to an account: the strongest action of all that match in the
/// server's list and the account's.
struct Verdict {
    BlockAction action = BlockAction::reject;
    int code = 0;  ///< of a rejection: 452 by the server's list, 455 by the account's
    std::string pattern;
};
/// `from` is an IMID or a bare domain, prepared.
[[nodiscard]] Result<std::optional<Verdict>> judge_sender(Transaction& transaction, AccountId account,
                                                          const std::string& from, Time now);
/// By the server's list alone: what counts for every account that blocks nobody.
[[nodiscard]] Result<std::optional<Verdict>> judge_sender(Transaction& transaction, const Imid& from,
                                                          Time now);
/// Both lists again, where the name was read already.
[[nodiscard]] Result<std::optional<Verdict>> judge_sender(Transaction& transaction, AccountId account,
                                                          const Imid& from, Time now);

}  // namespace immp::bridge
