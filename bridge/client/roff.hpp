// Text in the man macros of groff_man(7).
#pragma once

#include <string>
#include <string_view>

namespace immp::bridge::client {

/// Nothing in it is a request or an escape.
[[nodiscard]] std::string roff_text(std::string_view text);

}  // namespace immp::bridge::client
