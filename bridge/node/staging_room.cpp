#include "bridge/node/staging_room.hpp"

#include <algorithm>

namespace immp::bridge {
namespace {

/// Not worth a sweep.
constexpr std::size_t kFewRooms = 1024;

}  // namespace

StagingRooms::StagingRooms(std::uint64_t most_bytes) : most_bytes_(most_bytes), swept_at_(kFewRooms) {}

bool StagingRoom::take(std::uint64_t octets) {
    std::uint64_t taken = bytes_;
    do {
        if (octets > most_bytes_ - taken) return false;
    } while (!bytes_.compare_exchange_weak(taken, taken + octets));
    return true;
}

StagingRoomPtr StagingRooms::of(const std::string& address) {
    if (const auto at = rooms_.find(address); at != rooms_.end())
        if (auto room = at->second.lock()) return room;
    if (rooms_.size() >= swept_at_) {
        std::erase_if(rooms_, [](const auto& each) { return each.second.expired(); });
        swept_at_ = std::max(kFewRooms, 2 * rooms_.size());
    }
    auto room = std::make_shared<StagingRoom>(most_bytes_);
    rooms_[address] = room;
    return room;
}

}  // namespace immp::bridge
