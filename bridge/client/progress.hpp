// How far a long transfer is, on the terminal; silent elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace immp::bridge::client {

class Progress {
  public:
    /// Shows nothing below this: it is over before one could read it.
    static constexpr std::uint64_t kShortBytes = 256 * 1024;

    /// `label` names what is moved and is safe to show. Only where standard error is a terminal.
    Progress(std::string label, std::uint64_t total_bytes);
    /// Takes the bar away.
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void add(std::uint64_t bytes);

  private:
    void draw();

    std::string label_;
    std::uint64_t total_bytes_;
    std::uint64_t moved_bytes_ = 0;
    bool shown_;
    std::chrono::steady_clock::time_point drawn_;
};

/// A line on standard error, where a bar may stand.
void note_beside_progress(const std::string& line);

/// `name  [#####.....]  50%  512.0 KiB of 1.0 MiB`
[[nodiscard]] std::string progress_line(const std::string& label, std::uint64_t moved, std::uint64_t total);

}  // namespace immp::bridge::client
