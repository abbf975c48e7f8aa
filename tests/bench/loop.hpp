// Readiness of many sockets, one thread. Edge-triggered: who is called moves all that can be moved.
#pragma once

#include <chrono>

namespace immp::bench {

class Watched {
  public:
    virtual ~Watched() = default;
    virtual void on_ready() = 0;
};

class Loop {
  public:
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Until the descriptor is closed; `who` must live as long.
    void watch(int descriptor, Watched& who);
    /// Calls whom it concerns; returns after the first of these calls or at the latest after `patience`.
    void turn(std::chrono::milliseconds patience);

  private:
    int epoll_;
};

}  // namespace immp::bench
