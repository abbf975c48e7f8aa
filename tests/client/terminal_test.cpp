#include "bridge/client/terminal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/client/pseudo_terminal.hpp"

namespace immp::bridge::client {
namespace {

constexpr int kYes = 42;
constexpr int kNo = 43;

/// What `confirmed` makes of what is typed, some of it before the question shows.
int judged(const std::string& typed, const std::string& ahead = "") {
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
        pollfd waiting{STDIN_FILENO, POLLIN, 0};
        if (!ahead.empty() && ::poll(&waiting, 1, 10'000) != 1) ::_exit(1);
        const auto yes = confirmed("Subscribe?", "");
        ::_exit(!yes ? 1 : *yes ? kYes : kNo);
    }
    EXPECT_EQ(::write(terminal, ahead.data(), ahead.size()), static_cast<ssize_t>(ahead.size()));
    EXPECT_THAT(test::shown_until(terminal, "N] "), testing::EndsWith("Subscribe? [y/N] "));
    EXPECT_EQ(::write(terminal, typed.data(), typed.size()), static_cast<ssize_t>(typed.size()));
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    ::close(terminal);
    return WEXITSTATUS(status);
}

TEST(Terminal, TakesNothingButAYesForAYes) {
    EXPECT_EQ(judged("y\n"), kYes);
    EXPECT_EQ(judged("YES\n"), kYes);
    EXPECT_EQ(judged("\n"), kNo);
    EXPECT_EQ(judged("n\n"), kNo);
    EXPECT_EQ(judged("yesterday\n"), kNo);
    EXPECT_EQ(judged("\x04"), kNo);  // end of input
}

TEST(Terminal, WhatWasTypedAheadIsNoAnswer) {
    EXPECT_EQ(judged("\n", "y\n"), kNo);
    EXPECT_EQ(judged("y\n", "n\n"), kYes);
}

TEST(Terminal, RefusesWhereThereIsNone) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::setsid();  // leaves the terminal of whoever runs the tests
        const auto yes = confirmed("Subscribe?", "immp subscribe does it");
        const bool is_told = !yes && yes.error().status == ExitStatus::no_input &&
                             yes.error().text == "immp subscribe does it";
        ::_exit(is_told ? kNo : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), kNo);
}

}  // namespace
}  // namespace immp::bridge::client
