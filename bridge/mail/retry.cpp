#include "bridge/mail/retry.hpp"

#include <algorithm>
#include <array>

namespace immp::bridge {
namespace {

constexpr std::array kPolicyMinutes = {5, 10, 15, 30, 60, 120, 240};

std::chrono::milliseconds nominal(RetryCause cause, std::uint32_t failures) {
    using std::chrono::minutes;
    using std::chrono::seconds;
    const std::uint32_t step = std::max(failures, 1u) - 1;
    if (cause == RetryCause::policy)
        return minutes(kPolicyMinutes[std::min<std::size_t>(step, kPolicyMinutes.size() - 1)]);
    return std::min<std::chrono::milliseconds>(seconds(1u << std::min(step, 9u)), minutes(5));
}

}  // namespace

std::chrono::milliseconds retry_pause(RetryCause cause, std::uint32_t failures, double chance) {
    const auto pause = nominal(cause, failures);
    // From four fifths of it up to the whole: "at most every 240 minutes" stays true.
    const auto spread = static_cast<double>(pause.count()) * chance / 5;
    return pause * 4 / 5 + std::chrono::milliseconds(static_cast<std::int64_t>(spread));
}

}  // namespace immp::bridge
