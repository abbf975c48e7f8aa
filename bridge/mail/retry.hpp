// When to try again, and when to give up (decisions, 4 and 7). Pure: time and chance are passed in.
#pragma once

#include <chrono>
#include <cstdint>

#include "bridge/mail/message.hpp"

namespace immp::bridge {

enum class RetryCause {
    lost,    ///< no answer, no link, a server's error: 1 s, doubling to 5 minutes
    policy,  ///< the peer or our own rules said "not now": 5 minutes, then 10, 15, 30, 60, 120, at most 240
};

/// The pause before the next try after `failures` (1 or more) failed ones. `chance` in [0, 1) shortens it by
/// up to a fifth (0 most), so that a thousand senders do not come back in one second.
[[nodiscard]] std::chrono::milliseconds retry_pause(RetryCause cause, std::uint32_t failures, double chance);

/// A message that waits this long gets its sender one notice of delay.
inline constexpr std::chrono::hours kDelayNotice{4};
/// And after this it bounces; nothing is given up before (decisions, 4).
inline constexpr std::chrono::days kRetryHorizon{5};
/// A sealed bundle older than this is made anew (decisions, 7).
inline constexpr std::chrono::hours kResealAfter{24};

}  // namespace immp::bridge
