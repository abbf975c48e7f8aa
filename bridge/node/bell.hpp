// Rung inside a transaction that leaves work behind it (a program to ask, mail to forward), so that nobody
// waits for the clock.
#pragma once

#include <atomic>
#include <functional>
#include <utility>

namespace immp::bridge {

class Bell {
  public:
    /// Before the first ring; posts to the I/O thread. Whoever hears looks in a write of his own: that is
    /// behind the one that rang, and told when both are synced.
    void on_ring(std::function<void()> hear) { hear_ = std::move(hear); }
    /// From any thread. Rings that were not heard yet are one.
    void ring() {
        if (hear_ && !rung_.exchange(true)) hear_();
    }
    /// The next ring is a new one.
    void heard() { rung_ = false; }

  private:
    std::function<void()> hear_;
    std::atomic<bool> rung_ = false;
};

}  // namespace immp::bridge
