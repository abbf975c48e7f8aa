// What makes two folder paths the same folder.
#pragma once

#include <string>
#include <string_view>

namespace immp::bridge {

/// Equal for paths that compare equal caselessly, in every script (decisions, 5: folder names differ by more
/// than case). What this returns is kept in the database, so a change needs a migration.
[[nodiscard]] std::string folder_key(std::string_view path);

}  // namespace immp::bridge
