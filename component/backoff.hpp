// How long to wait before the next try to reach the server: a pure function of numbers.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace immp::component {

struct Backoff {
    std::chrono::milliseconds first{1'000};
    std::chrono::milliseconds longest{60'000};
};

/// The pause after `failures` (from 1) tries in a row that failed: doubling from `first` to `longest`, of
/// which the upper half is `chance` in [0, 1), so that many components don't come back in step.
[[nodiscard]] constexpr std::chrono::milliseconds pause_after(unsigned failures, double chance,
                                                              const Backoff& backoff) {
    const auto doublings = std::min(failures == 0 ? 0U : failures - 1, 30U);
    const auto whole = std::min(backoff.longest, backoff.first * (std::int64_t{1} << doublings));
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(static_cast<double>(whole.count()) * (0.5 + chance / 2)));
}

}  // namespace immp::component
