// One line for the administrator. Layers say what happened; the daemon decides where it goes (component/log_sink).
#pragma once

#include <functional>
#include <string_view>

namespace immp::bridge {

enum class LogLevel { debug, info, warning, error };

/// One line, without its end. Never a secret, a stanza's content, a local part or a subject. Called on the I/O thread.
using Log = std::function<void(LogLevel, std::string_view)>;

}  // namespace immp::bridge
