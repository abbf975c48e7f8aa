// What happens when somebody presses a button of a push on the desktop: the same that he would type.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "bridge/client/desktop.hpp"

namespace immp::bridge::client {

/// Starts `immp answer <push> <label> --number <n> --open`, this program again, in a process of its own, so
/// that a watch goes on meanwhile. For one thread.
class PushAnswerer {
  public:
    explicit PushAnswerer(std::string account) : account_(std::move(account)) {}
    /// Does not wait for what it started: that answer is on its way.
    ~PushAnswerer() { forget_ended(); }
    PushAnswerer(const PushAnswerer&) = delete;
    PushAnswerer& operator=(const PushAnswerer&) = delete;

    [[nodiscard]] Outcome<void> answer(const std::string& push, const DesktopButton& button);

  private:
    void forget_ended();

    std::string account_;
    std::vector<pid_t> started_;
};

}  // namespace immp::bridge::client
