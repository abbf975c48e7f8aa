// Once more after a lost connection. What is sent has an id, which makes that harmless.
#pragma once

#include <chrono>
#include <ostream>
#include <thread>

#include "bridge/client/commands.hpp"

namespace immp::bridge::client {

/// The pauses between tries.
inline constexpr std::chrono::milliseconds kPauses[] = {std::chrono::milliseconds(1'000),
                                                        std::chrono::milliseconds(3'000)};

/// What `attempt` returns at last: its result, or a failure that is not ExitStatus::temporary, or the third.
template <class Attempt>
[[nodiscard]] auto try_again(Context& context, const Attempt& attempt) {
    auto done = attempt();
    for (const auto pause : kPauses) {
        if (done || done.error().status != ExitStatus::temporary) return done;
        context.notes << "immp: " << done.error().text << " (trying again)\n";
        std::this_thread::sleep_for(pause);
        done = attempt();
    }
    return done;
}

}  // namespace immp::bridge::client
