// A desktop to show notes on: a bus of its own, on which nothing starts by itself, and notifications.py.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.hpp"

namespace immp::test {

/// So long a test waits for what comes over the bus, or from a program on it.
inline constexpr int kBusPatienceMs = 30'000;

/// A program with both ends of a conversation; ended with this.
class Child {
  public:
    explicit Child(const std::vector<std::string>& words);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Less than a line where none comes within kBusPatienceMs.
    [[nodiscard]] std::string line();
    /// False where it has gone.
    bool say(const std::string& text);

  private:
    int id_ = -1;
    int to_ = -1;
    int from_ = -1;
};

class SessionBus {
  public:
    /// Its address is empty where there is no dbus-daemon.
    SessionBus();
    [[nodiscard]] const std::string& address() const { return address_; }
    /// Starts the desktop on it: a line for each note; `say("1 0\n")` presses the first button of the first.
    [[nodiscard]] std::unique_ptr<Child> raise_desktop() const;

  private:
    TemporaryFolder folder_;
    std::unique_ptr<Child> daemon_;
    std::string address_;
};

}  // namespace immp::test
