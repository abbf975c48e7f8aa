// The daemon: everything built from the configuration, run until it is told to end.
#pragma once

#include "armor/error.hpp"
#include "component/config.hpp"

namespace immp::component {

/// Runs until SIGTERM or SIGINT, then ends sessions in order and returns. SIGHUP reads the certificate again.
/// An error is one line for the administrator: what could not be opened and how to mend it, or that the store
/// failed under way (702): then nothing more was acknowledged, and a new start reads from disk.
[[nodiscard]] Result<void> run_daemon(Config config, bridge::Log log);

}  // namespace immp::component
