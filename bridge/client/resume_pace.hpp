// When a lost session is asked to go on: pure, the clock is handed in.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "bridge/client/failure.hpp"
#include "bridge/wire/block_stream.hpp"

namespace immp::bridge::client {

class ResumePace {
  public:
    using Time = BlockStream::Time;
    static constexpr std::chrono::seconds kFirst{1};
    static constexpr std::chrono::seconds kLongest{15};
    /// Of a user's patience with one wait; the session is kept for kResumableFor.
    static constexpr int kWaits = 5;

    explicit ResumePace(std::chrono::milliseconds patience)
        : give_up_after_(std::min<std::chrono::milliseconds>(kResumableFor, kWaits * patience)) {}

    enum class Next { wait, go, give_up };
    /// What is to be done about it; the first call notes that it is lost.
    [[nodiscard]] Next next(Time now) {
        if (!since_) {
            since_ = now;
            pause_ = kFirst;
            due_ = now + pause_;
        }
        if (now - *since_ >= give_up_after_) return Next::give_up;
        if (now < due_) return Next::wait;
        pause_ = std::min(2 * pause_, kLongest);
        due_ = now + pause_;
        return Next::go;
    }
    /// Something has moved again. Not merely resumed: a block that some server cannot carry would be tried
    /// for ever.
    void went_on() { since_.reset(); }
    [[nodiscard]] bool is_lost() const { return since_.has_value(); }

    /// Whether what kept us from connecting may go by itself.
    [[nodiscard]] static bool may_mend(const Failure& failure) {
        return failure.status == ExitStatus::temporary || failure.status == ExitStatus::unavailable;
    }

  private:
    std::chrono::milliseconds give_up_after_;
    std::chrono::seconds pause_{kFirst};
    Time due_{};
    std::optional<Time> since_;
};

}  // namespace immp::bridge::client
