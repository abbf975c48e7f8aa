#pragma once

#include <string>

namespace immp::tests {

/// A file or folder below tests/, and one below docs/, of the tree that was built. Only folders.cpp is compiled with
/// the tree's path, so that ccache serves a fresh clone.
[[nodiscard]] std::string tests_path(const std::string& below);
[[nodiscard]] std::string docs_path(const std::string& below);

}  // namespace immp::tests
