// Programs that rules may ask (docs/operations.md): those in one folder of the administrator's, by their bare
// name. No shell, and nothing of a message in the command line or the environment but prepared addresses.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "armor/error.hpp"
#include "bridge/node/stop_event.hpp"

namespace immp::bridge {

struct ProgramSettings {
    std::filesystem::path directory;             ///< empty: there are none
    std::chrono::milliseconds patience{10'000};  ///< then it is killed
    std::uint32_t at_once = 2;
};

/// What a program said, or why it said nothing.
enum class ProgramWord {
    yes,     ///< it ended with 0
    no,      ///< with 1
    none,    ///< with anything else, by a signal, too late, or it could not be started
    stopped  ///< the daemon ends: ask it again at the next start
};
struct ProgramEnd {
    ProgramWord word = ProgramWord::none;
    std::string why;  ///< with `none`: for the log
};

/// The next octets of what a program reads; empty at the end.
using ProgramInput = std::function<Result<std::string>()>;

class Programs {
  public:
    explicit Programs(ProgramSettings settings) : settings_(std::move(settings)) {}

    /// Whether such a program may be asked now. `name`: is_program_name().
    [[nodiscard]] bool has(const std::string& name) const;
    /// Runs it to its end, in a process group of its own that is killed with it, with `input` on its standard
    /// input, /dev/null for what it says, `environment` (`NAME=value`) and nothing else. Blocks for as long
    /// as `patience` and the input's own source take: on a thread of its own only.
    [[nodiscard]] ProgramEnd run(const std::string& name, const std::vector<std::string>& environment,
                                 const ProgramInput& input);
    /// Kills what runs, and what is started from now on is `stopped`. From any thread.
    void stop() { stop_.raise(); }

  private:
    const ProgramSettings settings_;
    StopEvent stop_;
};

}  // namespace immp::bridge
