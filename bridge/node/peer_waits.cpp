#include "bridge/node/peer_waits.hpp"

#include <vector>

namespace immp::bridge {

Result<void> PeerWaits::wait(std::string name, Wake wake, std::chrono::seconds patience) {
    if (waits_.size() >= kMaxPeerWaits)
        return fail_for_now(705, "Too many wait for other domains", std::chrono::seconds(30));
    const std::uint64_t number = ++last_;
    waits_.emplace(number, Wait{std::move(name), std::move(wake)});
    services_.after(patience, [this, number] {
        auto late = waits_.extract(number);
        if (!late.empty()) late.mapped().wake(Woken::late);
    });
    return {};
}

void PeerWaits::told(const std::string& name) {
    std::vector<Wait> answered;
    for (auto at = waits_.begin(); at != waits_.end();) {
        const auto next = std::next(at);
        if (at->second.name == name) answered.push_back(std::move(waits_.extract(at).mapped()));
        at = next;
    }
    for (Wait& waiting : answered)
        waiting.wake(Woken::told);
}

std::set<std::string> PeerWaits::names() const {
    std::set<std::string> names;
    for (const auto& [number, wait] : waits_)
        names.insert(wait.name);
    return names;
}

}  // namespace immp::bridge
