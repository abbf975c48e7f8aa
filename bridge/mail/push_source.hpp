// Where pushes come from, as an account sees it (PUSH LIST; docs/protocol.md, 18).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// Octets of a push's content; more is 413.
inline constexpr std::uint64_t kMaxPushBytes = 65'536;
/// How long a push, or a token, is of use: where it is not told, and at most (400).
inline constexpr std::chrono::seconds kPushTime = std::chrono::days(7);
inline constexpr std::chrono::seconds kMaxPushTime = std::chrono::days(30);
/// Uses of a token (400).
inline constexpr std::uint32_t kMaxTokenUses = 1'000;

/// What an account says of a source.
enum class PushStanding { approved, blocked };

struct PushSource {
    std::string name;
    std::optional<PushStanding> standing;  ///< none: what it sent waits
    Time since;                            ///< of the standing, or when the newest that waits came
    std::uint64_t waiting = 0;
    std::optional<std::string> text{};  ///< how the newest begins, where it is text
};
using PushSourceList = std::vector<PushSource>;

}  // namespace immp::bridge
