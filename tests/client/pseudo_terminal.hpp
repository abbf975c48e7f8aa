// What a program shows on its terminal, seen from the other end of it.
#pragma once

#include <string>
#include <string_view>

namespace immp::test {

/// All that shows up to and with `end`; less if nothing comes for ten seconds.
[[nodiscard]] std::string shown_until(int terminal, std::string_view end);

}  // namespace immp::test
