// How a failure is said: one line, or an object with `error`, `status` and the server's `code`.
#pragma once

#include <iosfwd>

#include "bridge/client/commands.hpp"

namespace immp::bridge::client {

void show_failure(std::ostream& notes, const Failure& failure, Format format);

}  // namespace immp::bridge::client
