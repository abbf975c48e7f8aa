// The walk of `immpd ping DOMAIN` up to the peer's key: which step of the path between two domains fails
// first, and what mends it. Each step asks one question over the link; the answer is judged by a pure
// function.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "component/iq_table.hpp"
#include "component/stanza.hpp"

namespace immp::component {

/// One step as it is shown to the administrator. `remedy` is empty where the step went well.
struct Step {
    std::string name;
    enum class Outcome { ok, failed } outcome = Outcome::failed;
    std::string detail;
    std::string remedy;
};

/// The steps taken, in order; the last one failed, or all went well.
using Steps = std::vector<Step>;

}  // namespace immp::component
