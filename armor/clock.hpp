// The system's clock in whole seconds, as records, headers and mails hold times.
#pragma once

#include <chrono>

namespace immp::armor {

/// For what puts a program together and for the commands of `immp`; everything else is given its clock.
[[nodiscard]] inline std::chrono::sys_seconds clock_now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace immp::armor
