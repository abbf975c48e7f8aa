// A stored message into the outbox, for one recipient at another domain.
#pragma once

#include <cstdint>
#include <string>

#include "bridge/store/store.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {

/// Due at once. `sender`: the account that hears of it should it not arrive; empty: nobody. `octets`: what it
/// takes in a bundle, its bodies and its inner envelope. `token`: what travels with it; empty: none.
[[nodiscard]] Result<void> queue_mail(Transaction& transaction, MessageId message, std::uint64_t octets,
                                      const std::string& sender, const Imid& recipient, Time now,
                                      const std::string& token = {});

/// What `message` takes in a bundle for that recipient alone. 413, 415 where it cannot travel.
[[nodiscard]] Result<std::uint64_t> travelling_octets(const Message& message, const Imid& recipient);

}  // namespace immp::bridge
