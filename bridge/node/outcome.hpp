// What a receipt says of one recipient of an item.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "armor/receipt.hpp"

namespace immp::bridge {

/// With the code's status of RFC 3463: of class 4 where there is a `retry`, else 5. The item is counted
/// later.
[[nodiscard]] armor::Outcome outcome_of(std::uint32_t recipient, int code,
                                        std::optional<std::chrono::seconds> retry = std::nullopt);

}  // namespace immp::bridge
