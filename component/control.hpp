// The administrator's way to a running daemon: a Unix socket in the store's folder. One line asks, the
// answer's lines follow, then it closes. Who may open the folder may ask.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <asio/io_context.hpp>

#include "armor/error.hpp"

namespace immp::component {

/// Answers `command`; calls `line` for each line and `done` once, all on the I/O thread.
using ControlHandler = std::function<void(std::string command, std::function<void(std::string)> line,
                                          std::function<void()> done)>;

/// A command that has no answer: accounts or mailboxes were removed.
inline constexpr const char* kLookAgain = "look again";

class ControlServer {
  public:
    ControlServer(asio::io_context& io, ControlHandler handler);
    ~ControlServer();
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    /// Takes the folder for this daemon alone (a lock that dies with the process) and listens. 700 with one
    /// line: another immpd runs on it, or it is not writable.
    [[nodiscard]] Result<void> open(const std::filesystem::path& folder);
    /// Accepts no more.
    void close();

  private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

/// Asks the daemon that runs on `folder`; blocks until the answer ends or `patience` is over. 704 where none
/// runs.
[[nodiscard]] Result<void> ask_daemon(const std::filesystem::path& folder, const std::string& command,
                                      std::chrono::seconds patience,
                                      const std::function<void(std::string)>& line);

}  // namespace immp::component
