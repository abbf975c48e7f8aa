// How long a connection waits for its server.
#pragma once

#include <chrono>

namespace immp::bridge::client {

struct Patience {
    using Clock = std::chrono::steady_clock;

    std::chrono::milliseconds each;                      ///< for one wait
    Clock::time_point until = Clock::time_point::max();  ///< for all of them, however often something moves
    int break_off = -1;  ///< a descriptor of the caller's: once it is readable, no wait goes on

    /// When a wait that begins now ends.
    [[nodiscard]] Clock::time_point end() const {
        const auto now = Clock::now();
        return each < until - now ? now + each : until;
    }
};

}  // namespace immp::bridge::client
