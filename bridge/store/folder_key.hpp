// What makes two folder paths the same folder.
#pragma once

#include <string>
#include <string_view>

namespace immp::bridge {

/// Equal for paths that compare equal caselessly (decisions, 5: folder names differ by more than case). Kept
/// in the database: a change of its outcome needs a migration. ASCII only.
[[nodiscard]] std::string folder_key(std::string_view path);

}  // namespace immp::bridge
