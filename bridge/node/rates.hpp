// How much one sender, or one domain, may bring in a time (429).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// Recipients in a time; 0: no bound.
struct Rate {
    std::uint32_t recipients = 0;
    std::chrono::seconds per{3600};
};

/// Senders that are remembered at once; above it those with nothing left to wait for are forgotten, and a new
/// one is let through if there are none.
inline constexpr std::size_t kMaxMetered = 100'000;

/// Each sender may have used up his rate at once, and gets it back evenly (the generic cell rate algorithm of
/// ATM). Kept in memory: a new start begins anew. On the store's writer thread only.
class RateMeter {
  public:
    explicit RateMeter(Rate rate) : rate_(rate) {}

    /// Takes `recipients`; or takes nothing and says after how long they may come. As many as the rate's or
    /// more come when nothing is used up.
    [[nodiscard]] std::optional<std::chrono::seconds> take(const std::string& sender, std::size_t recipients,
                                                           Time now);

  private:
    void forget_idle(double now);

    const Rate rate_;
    std::unordered_map<std::string, double> free_at_;  ///< seconds since 1970, when nothing is used up again
};

}  // namespace immp::bridge
