// Times as they stand in records, headers and receipts: `YYYY-MM-DDThh:mm:ssZ`, nothing else.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "armor/error.hpp"

namespace immp::armor {

/// Years 0000 to 9999 (the caller's clock is taken to be there).
[[nodiscard]] std::string time_text(std::chrono::sys_seconds time);

/// 400 for any other form and for dates that do not exist; a leap second (`:60`) does not.
[[nodiscard]] Result<std::chrono::sys_seconds> parse_time(std::string_view text);

}  // namespace immp::armor
