#include "bridge/node/outcome.hpp"

#include <string>

#include "bridge/wire/codes.hpp"

namespace immp::bridge {

armor::Outcome outcome_of(std::uint32_t recipient, int code, std::optional<std::chrono::seconds> retry) {
    armor::Outcome outcome{0, recipient, code, retry, {}};
    if (code >= 400) outcome.enhanced = (retry ? "4." : "5.") + std::string(code_spec(code).enhanced);
    return outcome;
}

}  // namespace immp::bridge
