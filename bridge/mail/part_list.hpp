// The parts of a message, or of sealed content, as a list.
#pragma once

#include <vector>

#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// Two parts of one name: refused wherever a list of parts comes from outside.
[[nodiscard]] bool has_doubled_name(const std::vector<Part>& parts);

}  // namespace immp::bridge
