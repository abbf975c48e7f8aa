// For who makes vectors: what is to be wrong must first be there.
#pragma once

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace immp::tests {

/// The first `from` becomes `to`; ends the program where there is none.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t place = text.find(from);
    if (place == text.npos) {
        std::cerr << "nothing to replace: " << from << " in " << text << "\n";
        std::exit(1);
    }
    return text.replace(place, from.size(), to);
}

}  // namespace immp::tests
