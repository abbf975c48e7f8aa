// Programs of rules: what they read, what their end says, and that none outlives its time.
#include "bridge/node/program.hpp"

#include <csignal>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/program_folder.hpp"
#include "tests/support/temporary_folder.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

class ProgramTest : public testing::Test {
  protected:
    ProgramEnd run(const std::string& script, std::string input = "",
                   std::chrono::milliseconds patience = 60s) {
        folder_.add("script", script);
        Programs programs({folder_.path(), patience, 1});
        bool is_given = false;
        return programs.run("script", {"PATH=/usr/bin:/bin", "IMMP_FROM=-rf $(touch x); \"'"},
                            [&]() -> Result<std::string> {
                                return std::exchange(is_given, true) ? std::string() : std::move(input);
                            });
    }
    /// Whether the process whose number a script wrote is gone.
    [[nodiscard]] bool is_gone(const std::string& name) const {
        const pid_t process = std::stoi(folder_.read(name));
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (std::chrono::steady_clock::now() < deadline) {
            std::ifstream status("/proc/" + std::to_string(process) + "/stat");
            std::string number, command, state;
            if (!(status >> number >> command >> state) || state == "Z") return true;
            std::this_thread::yield();
        }
        return false;
    }

    immp::test::TemporaryFolder directory_;
    immp::test::ProgramFolder folder_{directory_.path("programs")};
};

TEST_F(ProgramTest, TheStatusIsItsWord) {
    EXPECT_EQ(run("exit 0").word, ProgramWord::yes);
    EXPECT_EQ(run("exit 1").word, ProgramWord::no);
    const ProgramEnd other = run("exit 2");
    EXPECT_EQ(other.word, ProgramWord::none);
    EXPECT_EQ(other.why, "it ended with status 2");
    const ProgramEnd killed = run("kill -SEGV $$");
    EXPECT_EQ(killed.word, ProgramWord::none);
    EXPECT_EQ(killed.why, "it was ended by signal 11");
}

TEST_F(ProgramTest, ItReadsTheMessageWhole) {
    std::string message;
    for (int line = 0; line < 40'000; ++line)
        message += "line " + std::to_string(line) + "\r\n";
    EXPECT_EQ(run("cat > " + (folder_.path() / "out").string(), message).word, ProgramWord::yes);
    EXPECT_EQ(folder_.read("out"), message);
}

TEST_F(ProgramTest, ItNeedNotReadIt) {
    EXPECT_EQ(run("exit 1", std::string(10 << 20, 'x')).word, ProgramWord::no);
    EXPECT_EQ(run("exec <&-; exit 0", std::string(10 << 20, 'x')).word, ProgramWord::yes);
}

TEST_F(ProgramTest, ItHasNothingButWhatItIsGiven) {
    const std::string out = (folder_.path() / "out").string();
    EXPECT_EQ(run("echo $# > " + out + "; pwd >> " + out + "; ls /proc/self/fd | wc -l >> " + out +
                  "; echo \"$IMMP_FROM\" >> " + out + "; env | grep -c . >> " + out)
                  .word,
              ProgramWord::yes);
    // ls has its own descriptor of the folder beside three; the shell adds PWD, and some _ and SHLVL.
    std::istringstream lines(folder_.read("out"));
    std::string arguments, folder, descriptors, from, variables;
    std::getline(lines, arguments);
    std::getline(lines, folder);
    std::getline(lines, descriptors);
    std::getline(lines, from);
    std::getline(lines, variables);
    EXPECT_EQ(arguments, "0");
    EXPECT_EQ(folder, "/");
    EXPECT_LE(std::stoi(descriptors), 4);
    EXPECT_EQ(from, "-rf $(touch x); \"'");
    EXPECT_LE(std::stoi(variables), 5);
}

TEST_F(ProgramTest, WhatItPrintsGoesNowhere) {
    EXPECT_EQ(run("yes | head -c 10000000; yes | head -c 10000000 >&2; exit 1").word, ProgramWord::no);
}

TEST_F(ProgramTest, ItIsKilledWithItsChildrenWhenItTakesTooLong) {
    const std::string child = (folder_.path() / "child").string();
    const std::string script = "sleep 1000 & echo $! > " + child + "; echo $$ > " + child + ".parent; wait";
    ProgramEnd end;
    for (auto patience = 2s; folder_.read("child.parent").empty() && patience < 100s; patience *= 2)
        end = run(script, "", patience);
    EXPECT_EQ(end.word, ProgramWord::none);
    EXPECT_EQ(end.why, "it took too long");
    EXPECT_TRUE(is_gone("child"));
    EXPECT_TRUE(is_gone("child.parent"));
}

TEST_F(ProgramTest, ItsChildrenEndWithIt) {
    const std::string child = (folder_.path() / "child").string();
    EXPECT_EQ(run("sleep 1000 & echo $! > " + child + "; exit 0").word, ProgramWord::yes);
    EXPECT_TRUE(is_gone("child"));
}

TEST_F(ProgramTest, OneThatDoesNotReadIsKilledToo) {
    EXPECT_EQ(run("sleep 1000", std::string(10 << 20, 'x'), 500ms).why, "it took too long");
}

TEST_F(ProgramTest, StopEndsItAtOnce) {
    const std::string started = (folder_.path() / "started").string();
    folder_.add("script",
                "echo $$ > " + started + ".part; mv " + started + ".part " + started + "; sleep 1000");
    Programs programs({folder_.path(), 600s, 1});
    ProgramEnd end;
    std::thread asking([&] {
        end = programs.run("script", {"PATH=/usr/bin:/bin"}, []() -> Result<std::string> { return ""; });
    });
    while (folder_.read("started").empty())
        std::this_thread::yield();
    programs.stop();
    asking.join();
    EXPECT_EQ(end.word, ProgramWord::stopped);
    EXPECT_TRUE(is_gone("started"));
    EXPECT_EQ(programs.run("script", {}, []() -> Result<std::string> { return ""; }).word,
              ProgramWord::stopped)
        << "nothing new either";
}

TEST_F(ProgramTest, OnlyWhatCanBeRunIsThere) {
    folder_.add("good", "exit 0");
    std::ofstream(folder_.path() / "text") << "no program";
    std::filesystem::create_directory(folder_.path() / "folder");
    Programs programs({folder_.path(), 60s, 1});
    EXPECT_TRUE(programs.has("good"));
    EXPECT_FALSE(programs.has("text"));
    EXPECT_FALSE(programs.has("folder"));
    EXPECT_FALSE(programs.has("nothing"));
    EXPECT_FALSE(Programs({}).has("good"));
    const auto empty = []() -> Result<std::string> { return ""; };
    EXPECT_EQ(programs.run("nothing", {}, empty).why, "there is no such program any more");
    std::ofstream(folder_.path() / "broken") << "#!/nowhere/at/all\n";
    ::chmod((folder_.path() / "broken").c_str(), 0700);
    EXPECT_TRUE(programs.run("broken", {}, empty).why.starts_with("it cannot be started"));
}

TEST_F(ProgramTest, AMessageThatCannotBeReadIsNoWord) {
    folder_.add("script", "cat > /dev/null; exit 0");
    Programs programs({folder_.path(), 60s, 1});
    const ProgramEnd end = programs.run("script", {"PATH=/usr/bin:/bin"},
                                        []() -> Result<std::string> { return fail(702, "Storage failed"); });
    EXPECT_EQ(end.word, ProgramWord::none);
    EXPECT_EQ(end.why, "the message cannot be read: Storage failed");
}

}  // namespace
}  // namespace immp::bridge
