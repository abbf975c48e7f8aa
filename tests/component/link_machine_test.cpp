#include "component/link_machine.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/world_double.hpp"

namespace immp::component {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Words = std::vector<std::string>;

struct Word {
    std::string operator()(const OpenSocket&) const { return "open"; }
    std::string operator()(const WriteText& write) const { return "write " + write.text; }
    std::string operator()(const CloseSocket& close) const { return "close " + close.farewell; }
    std::string operator()(const Deliver& delivery) const {
        return "deliver " + std::visit(AsText{}, delivery.event);
    }
    std::string operator()(const WentUp&) const { return "up"; }
    std::string operator()(const WentDown& down) const { return "down " + std::to_string(down.cause.code); }
    std::string operator()(const Tell& line) const {
        return (line.level == bridge::LogLevel::error ? "error " : "log ") + line.text;
    }
};

class LinkMachineTest : public testing::Test {
  protected:
    Words said(const LinkActions& actions) {
        Words words;
        for (const auto& action : actions)
            words.push_back(std::visit(Word{}, action));
        return words;
    }
    Words start() { return said(machine_.start(now())); }
    Words connected() { return said(machine_.connected(now())); }
    Words lost() { return said(machine_.lost("Connection refused", now())); }
    Words opened() { return said(machine_.received(StreamOpened{"3245", "immp.a.example"}, now())); }
    Words hears(std::string_view text) { return said(machine_.received(stanza(text), now())); }
    Words breaks() { return said(machine_.received(StreamBroken{"mismatched tag"}, now())); }
    Words ends() { return said(machine_.received(StreamEnded{}, now())); }
    Words after(std::chrono::milliseconds pause) {
        double_.now += pause;
        return said(machine_.tick(now()));
    }
    Words stream_error(const std::string& condition) {
        return hears("<stream:error><" + condition +
                     " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>");
    }
    void come_online() {
        start();
        connected();
        opened();
        hears("<handshake/>");
        ASSERT_EQ(machine_.phase(), LinkPhase::online);
    }
    Time now() const { return double_.now; }

    WorldDouble double_;
    LinkMachine machine_{{"127.0.0.1:5347", "immp.a.example", "a.example", armor::SecretText("test")},
                         LinkPolicy{},
                         double_.world.chance,
                         double_.world.fresh_id};
};

TEST_F(LinkMachineTest, ComesOnline) {
    EXPECT_THAT(start(), ElementsAre("open"));
    EXPECT_THAT(connected(), ElementsAre(AllOf(StartsWith("write <?xml"), HasSubstr("to='immp.a.example'"))));
    // XEP-0114, example 3 has this form; the digest is sha1("3245test").
    EXPECT_THAT(opened(),
                ElementsAre("write <handshake>bded5fe65791b57d1d977d01c79dd5d40f93bd4c</handshake>"));
    EXPECT_THAT(hears("<handshake/>"),
                ElementsAre("log link: online as immp.a.example at 127.0.0.1:5347", "up"));
    EXPECT_THAT(hears("<iq type='get' id='1' from='x'/>"),
                ElementsAre("deliver iq type=get id=1 from=x to="));
    EXPECT_EQ(machine_.trouble(), "");
}

// What happens at each phase for each way to fail, so that no phase is a trap.
struct Failure {
    std::string name;
    LinkPhase phase;
    std::string how;
    std::string line;
};

class LinkMachineFails : public LinkMachineTest, public testing::WithParamInterface<Failure> {};

TEST_P(LinkMachineFails, AndTriesAgain) {
    start();
    const auto phase = GetParam().phase;
    if (phase != LinkPhase::connecting) connected();
    if (phase == LinkPhase::handshaking || phase == LinkPhase::online) opened();
    if (phase == LinkPhase::online) hears("<handshake/>");
    ASSERT_EQ(machine_.phase(), phase);
    Words words;
    if (GetParam().how == "lost") words = lost();
    if (GetParam().how == "silence") words = after(10s);
    if (GetParam().how == "broken") words = breaks();
    if (GetParam().how == "ended") words = ends();
    if (GetParam().how == "early") words = hears("<iq type='get' id='1' from='x'/>");
    if (GetParam().how == "deaf") after(4'500ms), words = after(5s);
    if (words.empty()) FAIL() << "no such way to fail";
    EXPECT_THAT(words.front(), StartsWith("close"));
    EXPECT_THAT(words.back(),
                AllOf(StartsWith("log link: "), HasSubstr(GetParam().line), HasSubstr("next try in 0.8 s")));
    EXPECT_EQ(words.size(), phase == LinkPhase::online ? 3U : 2U);
    if (phase == LinkPhase::online) {
        EXPECT_EQ(words[1], "down 704");
    }
    EXPECT_EQ(machine_.phase(), LinkPhase::waiting);
    EXPECT_THAT(after(700ms), IsEmpty());
    EXPECT_THAT(after(50ms), ElementsAre("open"));
}

INSTANTIATE_TEST_SUITE_P(
    Table, LinkMachineFails,
    testing::Values(
        Failure{"refused", LinkPhase::connecting, "lost", "cannot connect to the XMPP server"},
        Failure{"unanswered", LinkPhase::connecting, "silence", "no answer"},
        Failure{"lost_opening", LinkPhase::opening, "lost", "lost the XMPP server"},
        Failure{"silent_opening", LinkPhase::opening, "silence", "sent no stream header"},
        Failure{"broken_opening", LinkPhase::opening, "broken", "sent what is not XMPP: mismatched tag"},
        Failure{"ended_opening", LinkPhase::opening, "ended", "closed the stream"},
        Failure{"early_opening", LinkPhase::opening, "early", "before the handshake was done"},
        Failure{"lost_handshaking", LinkPhase::handshaking, "lost", "lost the XMPP server"},
        Failure{"silent_handshaking", LinkPhase::handshaking, "silence", "did not answer the handshake"},
        Failure{"broken_handshaking", LinkPhase::handshaking, "broken", "not XMPP"},
        Failure{"ended_handshaking", LinkPhase::handshaking, "ended", "closed the stream"},
        Failure{"early_handshaking", LinkPhase::handshaking, "early", "before the handshake was done"},
        Failure{"lost_online", LinkPhase::online, "lost", "lost the XMPP server"},
        Failure{"broken_online", LinkPhase::online, "broken", "not XMPP"},
        Failure{"ended_online", LinkPhase::online, "ended", "closed the stream"},
        Failure{"deaf_online", LinkPhase::online, "deaf", "has stopped answering"}),
    [](const auto& row) { return row.param.name; });

TEST_F(LinkMachineTest, ARefusedSecretIsLoudAndTriedAtTheSlowestPace) {
    start();
    connected();
    opened();
    const auto words = stream_error("not-authorized");
    EXPECT_THAT(words.back(), AllOf(StartsWith("error"), HasSubstr("refused the component secret"),
                                    HasSubstr("[component] secret"), HasSubstr("next try in 60.0 s")));
    EXPECT_THAT(after(59'900ms), IsEmpty());
    EXPECT_THAT(after(100ms), ElementsAre("open"));
}

TEST_F(LinkMachineTest, AnUnknownHostSaysWhatToAdd) {
    start();
    connected();
    EXPECT_THAT(stream_error("host-unknown").back(),
                AllOf(StartsWith("error"), HasSubstr("add Component \"immp.a.example\" to Prosody"),
                      HasSubstr("next try in 60.0 s")));
}

TEST_F(LinkMachineTest, AConflictIsTriedAgainAtTheNormalPace) {
    start();
    connected();
    opened();
    EXPECT_THAT(stream_error("conflict").back(),
                AllOf(StartsWith("log"), HasSubstr("kick_old"), HasSubstr("next try in 0.8 s")));
}

TEST_F(LinkMachineTest, OtherStreamErrorsAreNamedWithTheirText) {
    come_online();
    EXPECT_THAT(hears("<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                      "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>a&#10;b</text></stream:error>")
                    .back(),
                HasSubstr("undefined-condition (a?b)"));
}

TEST_F(LinkMachineTest, PausesDoubleUpToAMinute) {
    start();
    Words pauses;
    for (int count = 0; count < 8; ++count) {
        const auto line = lost().back();
        pauses.push_back(line.substr(line.rfind("in ") + 3));
        EXPECT_THAT(after(60s), ElementsAre("open"));
    }
    EXPECT_THAT(pauses,
                ElementsAre("0.8 s", "1.5 s", "3.0 s", "6.0 s", "12.0 s", "24.0 s", "45.0 s", "45.0 s"));
}

TEST_F(LinkMachineTest, OnlyASteadyLinkForgetsItsFailures) {
    for (const auto& [length, expected] :
         {std::pair{1s, "0.8 s"}, {1s, "1.5 s"}, {1s, "3.0 s"}, {20s, "0.8 s"}}) {
        come_online();
        double_.now += length;
        machine_.heard(now());
        EXPECT_THAT(ends().back(), HasSubstr(expected));
        (void)machine_.stop();
    }
}

TEST_F(LinkMachineTest, PingsAServerThatIsSilent) {
    come_online();
    EXPECT_THAT(after(4'500ms),
                ElementsAre("write <iq type='get' id='id1' from='immp.a.example' to='a.example'>"
                            "<ping xmlns='urn:xmpp:ping'/></iq>"));
    double_.now += 1s;
    machine_.heard(now());
    EXPECT_THAT(hears("<iq type='error' id='id1' from='a.example'/>"), IsEmpty()) << "an error is an answer";
    EXPECT_THAT(after(4'400ms), IsEmpty());
    EXPECT_THAT(after(100ms), ElementsAre(HasSubstr("id='id2'")));
}

TEST_F(LinkMachineTest, NoticesAHalfOpenConnectionWithinTenSeconds) {
    come_online();
    const auto began = now();
    while (machine_.phase() == LinkPhase::online) {
        double_.now = *machine_.deadline();
        (void)machine_.tick(now());
    }
    EXPECT_LE(now() - began, 10s);
    EXPECT_THAT(machine_.trouble(), HasSubstr("stopped answering"));
}

TEST_F(LinkMachineTest, APongFromAnotherJidIsDeliveredAndNotTaken) {
    come_online();
    after(4'500ms);
    EXPECT_THAT(hears("<iq type='result' id='id1' from='c.example'/>"), ElementsAre(StartsWith("deliver")));
}

TEST_F(LinkMachineTest, ASkippedStanzaIsToldAndDelivered) {
    come_online();
    StanzaSkipped skipped{{StanzaName::iq, "set", "7", "x", "immp.a.example"}, {}, "too many octets"};
    EXPECT_THAT(said(machine_.received(skipped, now())),
                ElementsAre(HasSubstr("thrown away: too many octets"), StartsWith("deliver skipped iq")));
}

TEST_F(LinkMachineTest, StopsFromEveryPhase) {
    EXPECT_THAT(said(machine_.stop()), IsEmpty());
    start();
    EXPECT_THAT(said(machine_.stop()), ElementsAre("close "));
    start();
    connected();
    EXPECT_THAT(said(machine_.stop()), ElementsAre("close </stream:stream>"));
    start();
    lost();
    EXPECT_THAT(said(machine_.stop()), IsEmpty());
    come_online();
    EXPECT_THAT(said(machine_.stop()), ElementsAre("down 703", "close </stream:stream>"));
    EXPECT_FALSE(machine_.deadline().has_value());
    EXPECT_THAT(breaks(), IsEmpty()) << "what comes late changes nothing";
    EXPECT_THAT(lost(), IsEmpty());
}

}  // namespace
}  // namespace immp::component
