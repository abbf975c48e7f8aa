#include "bridge/node/key_ration.hpp"

namespace immp::bridge {
namespace {

constexpr std::chrono::seconds kMinute{60};
/// Origins that are remembered before the old ones are looked through.
constexpr std::size_t kManyOrigins = 1024;

}  // namespace

Result<void> KeyRation::take(const std::string& origin, Time now) {
    const std::lock_guard lock(mutex_);
    const auto is_over = [now](const auto& entry) {
        return now < entry.second.begun || now - entry.second.begun >= kMinute;
    };
    if (origins_.size() >= kManyOrigins) std::erase_if(origins_, is_over);
    auto [entry, is_new] = origins_.try_emplace(origin, Minute{now, 0});
    if (!is_new && is_over(*entry)) entry->second = {now, 0};
    Minute& minute = entry->second;
    if (minute.taken >= a_minute_)
        return fail_for_now(429, std::string(refusal_), kMinute - (now - minute.begun));
    ++minute.taken;
    return {};
}

}  // namespace immp::bridge
