// How many streams may be packed or unpacked at once: each holds up to 16 MiB.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace immp::bridge {

/// Shared by all that pack and unpack, on any thread.
class CodecRoom : public std::enable_shared_from_this<CodecRoom> {
  public:
    explicit CodecRoom(std::size_t most) : most_(most) {}

    /// A seat, given back when the last owner lets go of it; null while all are taken.
    [[nodiscard]] std::shared_ptr<void> take() {
        if (taken_.fetch_add(1) >= most_) {
            --taken_;
            return nullptr;
        }
        return {this, [room = shared_from_this()](CodecRoom*) { --room->taken_; }};
    }

  private:
    const std::size_t most_;
    std::atomic<std::size_t> taken_ = 0;
};

}  // namespace immp::bridge
