// How much of open deliveries one address may keep on our disk (429): their sessions are bounded each, and
// there may be many.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace immp::bridge {

/// Of one address. Any thread.
class StagingRoom {
  public:
    explicit StagingRoom(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}

    /// False, and nothing is taken, where there is not as much.
    [[nodiscard]] bool take(std::uint64_t octets);
    void give_back(std::uint64_t octets) { bytes_ -= octets; }

  private:
    const std::uint64_t most_bytes_;
    std::atomic<std::uint64_t> bytes_ = 0;
};
using StagingRoomPtr = std::shared_ptr<StagingRoom>;

/// All that are in use. On the I/O thread only.
class StagingRooms {
  public:
    explicit StagingRooms(std::uint64_t most_bytes);

    [[nodiscard]] StagingRoomPtr of(const std::string& address);

  private:
    const std::uint64_t most_bytes_;
    std::map<std::string, std::weak_ptr<StagingRoom>> rooms_;
    std::size_t swept_at_;  ///< with so many rooms those that nobody uses go
};

}  // namespace immp::bridge
