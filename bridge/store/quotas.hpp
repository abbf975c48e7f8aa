// How much an account's mailbox holds and may hold.
#pragma once

#include <cstdint>
#include <optional>

#include "armor/error.hpp"
#include "bridge/store/mailboxes.hpp"

namespace immp::bridge {

/// What a message counts for beside its bodies: a flood of empty ones is bounded too.
inline constexpr std::uint64_t kMessageOverheadBytes = 1024;

struct Usage {
    std::uint64_t used_bytes = 0;              ///< each message once, however many folders refer to it
    std::optional<std::uint64_t> limit_bytes;  ///< the account's own; none: the daemon's
};

class Quotas {
  public:
    virtual ~Quotas() = default;
    /// 404 if there is no such account.
    [[nodiscard]] virtual Result<Usage> usage(AccountId account) = 0;
    [[nodiscard]] virtual Result<void> set_limit(AccountId account, std::optional<std::uint64_t> bytes) = 0;
    /// Whether the account's mailbox holds the message already: it counts once.
    [[nodiscard]] virtual Result<bool> holds(AccountId account, MessageId message) = 0;
};

}  // namespace immp::bridge
