// Digests and times as members of a signed line: empty, with a complaint to the reader, where there is none.
#pragma once

#include <chrono>
#include <string_view>

#include "armor/hash.hpp"
#include "armor/json_line.hpp"

namespace immp::armor {

/// 64 lower-case hex digits.
[[nodiscard]] Digest read_digest(JsonReader& json, std::string_view key);
/// In the form of time_text.hpp.
[[nodiscard]] std::chrono::sys_seconds read_time(JsonReader& json, std::string_view key);

}  // namespace immp::armor
