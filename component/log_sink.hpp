// Where the daemon's lines go: standard error or a file, through spdlog. The only file that knows it.
#pragma once

#include <string>

#include "armor/error.hpp"
#include "bridge/log.hpp"

namespace immp::component {

/// `file` empty: standard error. Lines begin with the time in UTC and the level. From any thread. 700 where
/// the file cannot be opened.
[[nodiscard]] Result<bridge::Log> open_log(bridge::LogLevel level, const std::string& file);

}  // namespace immp::component
