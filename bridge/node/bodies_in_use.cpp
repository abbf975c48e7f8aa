#include "bridge/node/bodies_in_use.hpp"

namespace immp::bridge {

void BodiesInUse::add(const Segments& segments) {
    const std::lock_guard lock(mutex_);
    for (const Segment& segment : segments)
        if (const auto* body = std::get_if<BodySegment>(&segment)) ++readers_[body->body];
}

void BodiesInUse::remove(const Segments& segments) {
    const std::lock_guard lock(mutex_);
    for (const Segment& segment : segments) {
        const auto* body = std::get_if<BodySegment>(&segment);
        if (body == nullptr) continue;
        if (const auto at = readers_.find(body->body); at != readers_.end() && --at->second == 0)
            readers_.erase(at);
    }
}

std::vector<BodyId> BodiesInUse::all() const {
    const std::lock_guard lock(mutex_);
    std::vector<BodyId> bodies;
    bodies.reserve(readers_.size());
    for (const auto& [body, count] : readers_)
        bodies.push_back(body);
    return bodies;
}

}  // namespace immp::bridge
