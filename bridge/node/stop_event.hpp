// That it is time to end, as a descriptor: for threads that wait in poll(2).
#pragma once

namespace immp::bridge {

class StopEvent {
  public:
    StopEvent();
    ~StopEvent();
    StopEvent(const StopEvent&) = delete;
    StopEvent& operator=(const StopEvent&) = delete;

    /// From any thread.
    void raise();
    /// Readable for ever once it was raised; negative where none was left to be had. The event's own.
    [[nodiscard]] int descriptor() const { return descriptor_; }

  private:
    const int descriptor_;
};

}  // namespace immp::bridge
