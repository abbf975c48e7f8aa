// Where the listener's lines for the administrator go; the daemon connects it to its log.
#pragma once

#include <functional>
#include <string>

namespace immp::bridge {

enum class LogLevel { debug, info, warning, error };

/// One line, without an end of line; no secrets, nothing that a client sent. Called on the I/O thread.
using LogFunction = std::function<void(LogLevel level, std::string line)>;

}  // namespace immp::bridge
