// What a shell must know to complete a command line of `immp`, made from the command table.
#pragma once

#include <span>
#include <string>

#include "bridge/client/command_line.hpp"

namespace immp::bridge::client {

/// For bash-completion's folder, where it is loaded when `immp` is first completed.
[[nodiscard]] std::string bash_completion(std::span<const CommandRow> rows);
/// For a folder of zsh's fpath, as `_immp`.
[[nodiscard]] std::string zsh_completion(std::span<const CommandRow> rows);

}  // namespace immp::bridge::client
