#include "bridge/client/password_source.hpp"

#include <sstream>

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/client/pseudo_terminal.hpp"
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

TEST(PasswordSource, AsksOnTheTerminalWithoutEcho) {
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    ASSERT_GE(child, 0);
    if (child == 0) {
        std::istringstream in;
        const auto password = read_password(std::nullopt, in, "alice@a.example");
        ::_exit(password && password->view() == "hidden words" ? 42 : 1);
    }
    EXPECT_EQ(test::shown_until(terminal, ": "), "Password of alice@a.example: ");
    ASSERT_EQ(::write(terminal, "hidden words\n", 13), 13);
    EXPECT_EQ(test::shown_until(terminal, "\n"), "\r\n");
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 42);
    ::close(terminal);
}

/// The exit status of a child that asks for a new password on a terminal where these two are typed: 42 for
/// "hidden words".
int status_of_new_password(std::string_view first, std::string_view again) {
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
        std::istringstream in;
        const auto password = read_new_password(std::nullopt, in, "alice@a.example");
        if (!password) ::_exit(static_cast<int>(password.error().status));
        ::_exit(password->view() == "hidden words" ? 42 : 1);
    }
    EXPECT_EQ(test::shown_until(terminal, ": "), "New password of alice@a.example: ");
    EXPECT_EQ(::write(terminal, first.data(), first.size()), static_cast<ssize_t>(first.size()));
    EXPECT_EQ(test::shown_until(terminal, ": "), "\r\nThe same again: ");
    EXPECT_EQ(::write(terminal, again.data(), again.size()), static_cast<ssize_t>(again.size()));
    EXPECT_EQ(test::shown_until(terminal, "\n"), "\r\n");
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    ::close(terminal);
    return WEXITSTATUS(status);
}

TEST(PasswordSource, AsksForANewPasswordTwice) {
    EXPECT_EQ(status_of_new_password("hidden words\n", "hidden words\n"), 42);
    EXPECT_EQ(status_of_new_password("hidden words\n", "hidden wards\n"),
              static_cast<int>(ExitStatus::bad_input));
}

}  // namespace
}  // namespace immp::bridge::client
