// What a publisher said of somebody who may want the items of a node that is not open.
#pragma once

#include <string_view>

namespace immp::bridge {

/// The numbers are in the store.
enum class NodeAdmission { waiting, admitted, refused };

[[nodiscard]] constexpr std::string_view node_admission_text(NodeAdmission admission) {
    constexpr std::string_view kTexts[] = {"waiting", "admitted", "refused"};
    return kTexts[static_cast<int>(admission)];
}

}  // namespace immp::bridge
