// Which names an account, or a shared mailbox, may have (decisions, 7).
#pragma once

#include <string>
#include <string_view>

#include "armor/error.hpp"

namespace immp::bridge {

/// The prepared IMID of an account of `domain`. 400 for what is no IMID of it, holds a character that would
/// read as a folder, a seat or a list, or is reserved.
[[nodiscard]] Result<std::string> account_name(std::string_view address, const std::string& domain);

}  // namespace immp::bridge
