#include "tests/support/folders.hpp"

namespace immp::tests {

std::string tests_path(const std::string& below) {
    return IMMP_TESTS_DIR "/" + below;
}

std::string docs_path(const std::string& below) {
    return IMMP_DOCS_DIR "/" + below;
}

}  // namespace immp::tests
