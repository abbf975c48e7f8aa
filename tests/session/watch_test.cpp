// A watch beside what else a session does: clients that do not read, that end their stream, that are idle.
#include <algorithm>

#include <gtest/gtest.h>

#include "bridge/session/output.hpp"
#include "bridge/wire/codes.hpp"
#include "tests/session/stage.hpp"

namespace immp::bridge::test {
namespace {

class WatchTest : public testing::Test {
  protected:
    WatchTest() : stage_(ListenerKind::upgrade, {}) {
        stage_.log_in("");
        stage_.receive("AS w MBOX WATCH /INBOX\n");
    }
    static MailboxStatus status(std::uint64_t total) { return {{"/INBOX", 0, total}}; }
    std::string taken() { return std::exchange(stage_.sent, {}); }
    std::size_t asked() const {
        return static_cast<std::size_t>(
            std::ranges::count(stage_.events, "ask: watch 1 alice@a.example /INBOX"));
    }

    Stage stage_;
};

TEST_F(WatchTest, AClientThatDoesNotReadCostsOneQuestion) {
    stage_.answer(0, status(1));
    stage_.drains = false;
    // Something else fills what the client does not take.
    stage_.receive("AS f FETCH /INBOX#74d273d2-15c6-4420-81c1-1ae7edbcf3fe\n");
    stage_.pulls = true;
    stage_.answer(
        1, Fetched{std::make_shared<TestSource>(std::string(kMaxUndrainedBytes + 1, 'x')), "", {}, {}});
    EXPECT_EQ(asked(), 2u);
    stage_.answer(0, status(2));
    EXPECT_EQ(asked(), 2u) << "not again before the client takes what it was told";
    stage_.drains = true;
    stage_.settle();
    EXPECT_EQ(asked(), 3u);
}

TEST_F(WatchTest, EndsWhenTheClientsStreamEnds) {
    stage_.answer(0, status(1));
    EXPECT_EQ(taken(), "w: 310- /INBOX u=0 t=1\n");
    std::string said;
    bool ends = false;
    for (const Action& action : stage_.session().input_ended()) {
        if (const auto* send = std::get_if<Send>(&action)) said += send->octets;
        if (const auto* ask = std::get_if<Ask>(&action))
            ends = std::holds_alternative<EndWatch>(ask->request);
    }
    EXPECT_EQ(said, "w: 310 Watch ended\n");
    EXPECT_TRUE(ends);
    EXPECT_TRUE(stage_.session().input_ended().empty());
}

TEST_F(WatchTest, EndsOnceItHasBegunWhereTheStreamEndedBefore) {
    stage_.receive("AS v FETCH /INBOX#74d273d2-15c6-4420-81c1-1ae7edbcf3fe\nAS v MBOX WATCH /INBOX\n");
    for (const Action& action : stage_.session().input_ended())
        EXPECT_FALSE(std::holds_alternative<Close>(action));
    stage_.answer(1, std::unexpected(refusal(404)));
    taken();
    stage_.answer(1, status(1));
    EXPECT_EQ(taken(), "v: 310- /INBOX u=0 t=1\nv: 310 Watch ended\n");
}

TEST_F(WatchTest, KeepsASessionAliveOnlyWhileTheClientTakesWhatItIsTold) {
    stage_.idle();
    EXPECT_NE(taken().find("408 Timeout"), std::string::npos) << "nothing was told yet";

    Stage second(ListenerKind::upgrade, {});
    second.log_in("");
    second.receive("AS w MBOX WATCH /INBOX\n");
    second.answer(0, status(1));
    second.sent.clear();
    second.idle();
    EXPECT_EQ(std::exchange(second.sent, {}), "w: 310- /INBOX u=0 t=1\n");
    second.drains = false;
    second.idle();
    EXPECT_EQ(std::exchange(second.sent, {}), "w: 310- /INBOX u=0 t=1\n");
    second.idle();
    EXPECT_NE(second.sent.find("408 Timeout"), std::string::npos) << "the last one was not taken";
}

TEST_F(WatchTest, IsToldThatTheServerEnds) {
    stage_.answer(0, status(1));
    taken();
    stage_.shut_down();
    EXPECT_EQ(taken(), "w: 310 Watch ended\n703 Shutting down e=4.3.2 retry=30\n");
    EXPECT_EQ(stage_.events.back(), "close");
}

TEST_F(WatchTest, ThatWasNotToldYetDoesNotHoldTheEndUp) {
    stage_.shut_down();
    EXPECT_EQ(taken(), "w: 310 Watch ended\n703 Shutting down e=4.3.2 retry=30\n");
}

}  // namespace
}  // namespace immp::bridge::test
