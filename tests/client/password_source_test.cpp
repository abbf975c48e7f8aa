#include "bridge/client/password_source.hpp"

#include <array>
#include <sstream>

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"

namespace immp::bridge::client {
namespace {

TEST(PasswordSource, TakesOneLineEndOff) {
    std::istringstream in("two words \r\n");
    const auto password = read_password("-", in, "alice@a.example");
    ASSERT_TRUE(password);
    EXPECT_EQ(password->view(), "two words ");
}

TEST(PasswordSource, RefusesWhatIsNoPassword) {
    const test::TemporaryFolder folder;
    std::istringstream in("\n");
    EXPECT_EQ(read_password("-", in, "a@a").error().status, ExitStatus::bad_input);
    EXPECT_EQ(read_password(folder.write("long", std::string(2000, 'x')), in, "a@a").error().status,
              ExitStatus::bad_input);
    EXPECT_EQ(read_password(folder.path("none"), in, "a@a").error().status, ExitStatus::no_input);
}

/// All that shows on a terminal up to and with `end`; less if nothing comes for ten seconds.
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

TEST(PasswordSource, AsksOnTheTerminalWithoutEcho) {
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    ASSERT_GE(child, 0);
    if (child == 0) {
        std::istringstream in;
        const auto password = read_password(std::nullopt, in, "alice@a.example");
        ::_exit(password && password->view() == "hidden words" ? 42 : 1);
    }
    EXPECT_EQ(shown_until(terminal, ": "), "Password of alice@a.example: ");
    ASSERT_EQ(::write(terminal, "hidden words\n", 13), 13);
    EXPECT_EQ(shown_until(terminal, "\n"), "\r\n");
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 42);
    ::close(terminal);
}

}  // namespace
}  // namespace immp::bridge::client
