// What flows when: streams side by side, a client that does not read, a client that sends too much.
#include <gtest/gtest.h>

#include "bridge/session/input.hpp"
#include "tests/session/stage.hpp"

namespace immp::bridge::test {
namespace {

constexpr std::string_view kMessage = "/INBOX#74d273d2-15c6-4420-81c1-1ae7edbcf3fe";

class Flow : public testing::Test {
  protected:
    Flow() : stage_(ListenerKind::upgrade, {}) { stage_.log_in(""); }

    void fetch(const std::string& pipeline) {
        stage_.receive((pipeline.empty() ? "" : "AS " + pipeline + " ") + "FETCH " + std::string(kMessage) +
                       "\n");
    }
    static Answer source(std::size_t bytes, std::uint64_t lie = 0) {
        return Fetched{std::make_shared<TestSource>(std::string(bytes, 'x'), lie), "", {}, {}};
    }
    // What was sent, bodies left out: "1: 251- 4".
    std::vector<std::string> headers() {
        std::vector<std::string> found;
        std::string_view rest = stage_.sent;
        while (!rest.empty()) {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(line.size() + 1);
            found.emplace_back(line);
            if (const std::size_t at = line.find("LENGTH "); at != line.npos)
                rest.remove_prefix(std::min(rest.size(), std::stoul(std::string(line.substr(at + 7))) + 1));
        }
        return found;
    }

    Stage stage_;
};

TEST_F(Flow, StreamsTakeTurns) {
    stage_.piece_bytes = 4;
    fetch("1");
    fetch("2");
    stage_.answer(0, source(10));
    stage_.sent.clear();
    stage_.pulls = false;  // hold the node back until both stream
    fetch("1");
    fetch("3");
    stage_.answer(1, source(8));
    stage_.answer(0, source(8));
    stage_.answer(0, source(8));
    stage_.pulls = true;
    stage_.settle();
    const std::vector<std::string> expected = {"1: 251- LENGTH 4", "3: 251- LENGTH 4", "2: 251- LENGTH 4",
                                               "1: 251 LENGTH 4",  "3: 251 LENGTH 4",  "2: 251 LENGTH 4"};
    std::vector<std::string> sorted = headers();
    ASSERT_EQ(sorted.size(), expected.size());
    // Each has its first piece before any has its second.
    for (std::size_t at = 0; at < 3; ++at)
        EXPECT_NE(sorted[at].find("251- "), std::string::npos) << sorted[at];
    std::ranges::sort(sorted);
    auto wanted = expected;
    std::ranges::sort(wanted);
    EXPECT_EQ(sorted, wanted);
}

TEST_F(Flow, PiecesAreAtMost65536) {
    stage_.piece_bytes = 200'000;
    fetch("big");
    stage_.answer(0, source(150'000));
    EXPECT_EQ(headers(), (std::vector<std::string>{"big: 251- LENGTH 65536", "big: 251- LENGTH 65536",
                                                   "big: 251 LENGTH 18928"}));
}

TEST_F(Flow, AClientThatDoesNotReadStopsTheStreamAndNothingElse) {
    fetch("1");
    stage_.drains = false;
    stage_.answer(0, source(1'000'000));
    EXPECT_LT(stage_.sent.size(), 2 * kMaxUndrainedBytes);
    stage_.sent.clear();
    stage_.receive("AS 2 NOOP\n");
    EXPECT_EQ(stage_.sent, "2: 200 OK\n");
    stage_.drains = true;
    stage_.settle();
    EXPECT_GT(stage_.sent.size(), 900'000u);
    EXPECT_TRUE(stage_.sent.ends_with("\n"));
}

std::string sent_by(const Actions& actions) {
    std::string all;
    for (const Action& action : actions)
        if (const auto* send = std::get_if<Send>(&action)) all += send->octets;
    return all;
}

template <class T>
Ticket ticket_of(const Actions& actions) {
    for (const Action& action : actions)
        if (const auto* wanted = std::get_if<T>(&action)) return wanted->ticket;
    return 0;
}

TEST_F(Flow, RepliesOfOthersComeBehindTheBody) {
    Session& session = stage_.session();
    const Ticket check = ticket_of<Ask>(session.receive("AS 1 MBOX CHECK /a\n"));
    const Ticket fetched = ticket_of<Ask>(session.receive("FETCH " + std::string(kMessage) + "\n"));
    const Ticket first = ticket_of<Pull>(session.answered(fetched, source(4)));
    const Actions begun = session.pulled(first, std::string("ab"));
    EXPECT_EQ(sent_by(begun), "251 LENGTH 4\nab");
    EXPECT_EQ(sent_by(session.receive("AS 2 NOOP\n")), "");
    EXPECT_EQ(sent_by(session.answered(check, MailboxStatus{{"/a", 0, 0}})), "");
    const Actions ended = session.pulled(ticket_of<Pull>(begun), std::string("cd"));
    EXPECT_EQ(sent_by(ended), "cd\n1: 240 /a::* u=0 t=0\n2: 200 OK\n");
}

TEST_F(Flow, AStreamThatFailsAtOnceIsARefusal) {
    stage_.pulls = false;
    fetch("1");
    stage_.answer(0, source(0, 5));
    stage_.pulls = true;
    stage_.settle();
    EXPECT_EQ(stage_.sent, "1: 700 The stored length is wrong e=5.3.0\n");
    EXPECT_TRUE(stage_.session().wants_input());
}

TEST_F(Flow, AStreamThatBreaksOffCloses) {
    stage_.piece_bytes = 4;
    fetch("1");
    stage_.answer(0, source(6, 5));
    EXPECT_EQ(headers().back(), "1: 251- LENGTH 2");
    EXPECT_EQ(stage_.events.back(), "close");
}

TEST_F(Flow, AtMost32Pipelines) {
    std::string commands;
    for (int at = 0; at < 32; ++at)
        commands += "AS p" + std::to_string(at) + " MBOX CHECK /a\n";
    stage_.receive(commands);
    EXPECT_EQ(stage_.sent, "");
    stage_.receive("AS p32 NOOP\nAS p33 DATA a LENGTH 1\nx\nNOOP\n");
    EXPECT_EQ(stage_.sent,
              "p32: 429 Too many pipelines e=4.3.2 retry=5\np33: 429 Too many pipelines e=4.3.2 retry=5\n"
              "p33: 429 Too many pipelines e=4.3.2 retry=5\n200 OK\n");
    stage_.sent.clear();
    stage_.answer(0, MailboxStatus{{"/a", 0, 0}});
    stage_.receive("AS p32 NOOP\n");
    EXPECT_EQ(stage_.sent, "p0: 240 /a::* u=0 t=0\np32: 200 OK\n");
}

TEST_F(Flow, ReadsAheadSoFarAndNoFurther) {
    std::string commands;
    for (int at = 0; at < 10'000; ++at)
        commands += "MBOX CHECK /a\n";
    stage_.receive(commands);
    EXPECT_FALSE(stage_.session().wants_input());
    for (int at = 0; at < 10'000; ++at)
        stage_.answer(0, MailboxStatus{{"/a", 0, 0}});
    EXPECT_EQ(stage_.sent.size(), 10'000 * std::string_view("240 /a::* u=0 t=0\n").size());
    EXPECT_TRUE(stage_.session().wants_input());
}

TEST_F(Flow, ManyMessagesSyncTogether) {
    std::string messages;
    for (int at = 0; at < 300; ++at)
        messages += "DELIVER TO bob@b.example\nDATA m LENGTH 1 +CONTENT\nx\nDONE\n";
    stage_.receive(messages);
    const auto asked = stage_.events.size();
    EXPECT_GT(asked, 100u);
    EXPECT_LT(asked, kMaxSlots);
    for (int at = 0; at < 300; ++at)
        stage_.answer(0, Submitted{"619b982c-f9b4-4263-bbc7-755afc7710dd", {{"bob@b.example", 273, "", {}}}});
    EXPECT_EQ(stage_.events.size(), 300u);
    EXPECT_TRUE(stage_.session().wants_input());
}

TEST_F(Flow, AFloodOfHelpWaitsForItsReader) {
    stage_.drains = false;
    std::string commands;
    for (int at = 0; at < 5'000; ++at)
        commands += "HELP\n";
    stage_.receive(commands);
    EXPECT_LT(stage_.sent.size(), 5 * kMaxUndrainedBytes);
    EXPECT_FALSE(stage_.session().wants_input());
    stage_.drains = true;
    stage_.settle();
    EXPECT_TRUE(stage_.session().wants_input());
}

TEST_F(Flow, WhatWaitsBehindABodyIsBounded) {
    stage_.drains = false;
    fetch("");
    stage_.answer(0, source(1'000'000));
    std::string commands;
    for (int at = 0; at < 400; ++at)
        commands += "AS a HELP\n";
    stage_.receive(commands);
    EXPECT_FALSE(stage_.session().wants_input()) << "what is held counts as well as what is sent";
    stage_.drains = true;
    stage_.settle();
    EXPECT_TRUE(stage_.session().wants_input());
    EXPECT_EQ(stage_.unread, 0u);
}

TEST_F(Flow, NothingIsBegunForAClientThatDoesNotRead) {
    stage_.drains = false;
    stage_.receive("AS a MBOX CHECK /a\nAS a MBOX CHECK /b\nAS b MBOX CHECK /c\n");
    ASSERT_EQ(stage_.events.size(), 2u) << "one of each pipeline";
    const std::string name = "/" + std::string(900, 'x');
    stage_.answer(0, MailboxStatus(300, FolderStatus{name, 0, 0}));
    EXPECT_GT(stage_.sent.size(), kMaxBacklogBytes);
    EXPECT_EQ(stage_.events.size(), 2u);
    stage_.drains = true;
    stage_.settle();
    EXPECT_EQ(stage_.events.size(), 3u);
}

TEST_F(Flow, ABigBodyIsNeverCollected) {
    stage_.receive("DELIVER TO bob@b.example\nDATA big LENGTH 1000000 +CONTENT\n");
    std::size_t arrived = 0;
    for (int at = 0; at < 1'000; ++at) {
        stage_.receive(std::string(1'000, 'x'));
        EXPECT_EQ(stage_.parts["1.0"].size(), arrived + 1'000);
        arrived = stage_.parts["1.0"].size();
    }
    stage_.receive("\n");
    EXPECT_TRUE(stage_.sent.ends_with("272 big Part saved\n"));
}

}  // namespace
}  // namespace immp::bridge::test
