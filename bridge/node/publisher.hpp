// In whose name an account pushes and publishes (docs/protocol.md, 18 and 19).
#pragma once

#include <string>

#include "bridge/store/store.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {

struct Publisher {
    AccountId mailbox = 0;  ///< where answers come; whose nodes they are
    std::string name;       ///< of that mailbox: who is told where something cannot be delivered
    std::string seat;       ///< the name is the seat of the member with this local part; empty: it is none
};

/// Of our `domain`: the mailbox that the name's first segment names, the account's own or one in whose name
/// it may write (SEND). 403 for any other, whether it exists or not. How another's seat is refused is the
/// caller's.
[[nodiscard]] Result<Publisher> publisher_of(Transaction& transaction, const std::string& domain,
                                             const std::string& account, const Imid& name);

}  // namespace immp::bridge
