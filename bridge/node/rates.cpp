#include "bridge/node/rates.hpp"

#include <algorithm>
#include <cmath>

namespace immp::bridge {

std::optional<std::chrono::seconds> RateMeter::take(const std::string& sender, std::size_t recipients,
                                                    Time now) {
    if (rate_.recipients == 0) return std::nullopt;
    const double at = static_cast<double>(now.time_since_epoch().count());
    const double whole = static_cast<double>(rate_.per.count());
    const double each = whole / rate_.recipients;
    const auto known = free_at_.find(sender);
    const double used = known == free_at_.end() ? 0 : std::max(0.0, known->second - at);
    const double wanted = each * static_cast<double>(recipients);
    const double pause = used + std::min(wanted, whole) - whole;
    // The sums are of thirds and the like: a millionth of a second is none.
    if (pause > 1e-6) return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(pause - 1e-6)));
    if (known == free_at_.end() && free_at_.size() >= kMaxMetered) forget_idle(at);
    if (known != free_at_.end() || free_at_.size() < kMaxMetered) free_at_[sender] = at + used + wanted;
    return std::nullopt;
}

void RateMeter::forget_idle(double now) {
    std::erase_if(free_at_, [now](const auto& entry) { return entry.second <= now; });
}

}  // namespace immp::bridge
