#include "tests/client/pseudo_terminal.hpp"

#include <array>

#include <poll.h>
#include <unistd.h>

namespace immp::test {

std::string shown_until(int terminal, std::string_view end) {
    std::string shown;
    pollfd waiting{terminal, POLLIN, 0};
    while (shown.find(end) == std::string::npos && ::poll(&waiting, 1, 10'000) == 1) {
        std::array<char, 256> room;
        const ssize_t got = ::read(terminal, room.data(), room.size());
        if (got <= 0) break;
        shown.append(room.data(), static_cast<std::size_t>(got));
    }
    return shown;
}

}  // namespace immp::test
