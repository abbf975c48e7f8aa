// Programs that `immp` starts: without a shell, with the signals as a program expects them.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "bridge/client/failure.hpp"

namespace immp::bridge::client {

/// Found by PATH where `words[0]` has no slash. ExitStatus::unavailable where it cannot be started. Whoever
/// starts it waits for it.
[[nodiscard]] Outcome<pid_t> start_program(const std::vector<std::string>& words);

/// What is opened: an `https:` or `immp:` address. ExitStatus::bad_input for any other.
[[nodiscard]] Outcome<void> check_address(const std::string& address);

/// Hands an `https:` or `immp:` address over to the desktop (xdg-open) and waits for that. Only behind its
/// user's word. ExitStatus::bad_input for any other address; ExitStatus::unavailable where it fails.
[[nodiscard]] Outcome<void> open_address(const std::string& address);

}  // namespace immp::bridge::client
