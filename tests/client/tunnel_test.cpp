#include "bridge/client/tunnel.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/client/resume_pace.hpp"

namespace immp::bridge::client {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = TunnelIq::Kind;

const Tunnel::Time kStart{std::chrono::hours(1)};
const std::string kPeer = "immp.a.example";

class TunnelTest : public testing::Test {
  protected:
    void hear(Kind kind, const std::string& id, const std::string& from = kPeer) {
        tunnel_.heard({.kind = kind, .id = id, .from = from, .sid = "s"}, now_);
    }
    void hear_error(const std::string& id, const std::string& condition, const std::string& type = "cancel",
                    int code = 0) {
        tunnel_.heard({.kind = Kind::error,
                       .id = id,
                       .from = kPeer,
                       .condition = condition,
                       .error_type = type,
                       .code = code},
                      now_);
    }
    void hear_data(std::uint64_t seq, const std::string& octets, const std::string& id = "c") {
        tunnel_.heard({.kind = Kind::data, .id = id, .from = kPeer, .sid = "s", .seq = seq, .octets = octets},
                      now_);
    }
    void hear_resumed(const std::string& id, std::optional<std::uint64_t> seq) {
        tunnel_.heard({.kind = Kind::result, .id = id, .from = kPeer, .seq = seq}, now_);
    }
    void lose() { tunnel_.lose({ExitStatus::temporary, "cut off", 0}); }
    void open() {
        static_cast<void>(sent());
        hear(Kind::result, "sopen");
        ASSERT_EQ(tunnel_.state(), Tunnel::State::open);
    }
    std::vector<std::string> sent() { return tunnel_.take_stanzas(now_); }

    Tunnel::Time now_ = kStart;
    Tunnel tunnel_{kPeer, "s", kStart};
};

TEST_F(TunnelTest, OpensAndCarriesOctetsBothWays) {
    EXPECT_THAT(
        sent(),
        ElementsAre("<iq type='set' id='sopen' to='immp.a.example'><open "
                    "xmlns='http://jabber.org/protocol/ibb' block-size='32768' sid='s' stanza='iq'/></iq>"));
    tunnel_.write("NOOP\n");
    EXPECT_THAT(sent(), IsEmpty());
    hear(Kind::result, "sopen");
    EXPECT_THAT(sent(),
                ElementsAre("<iq type='set' id='s0' to='immp.a.example'><data "
                            "xmlns='http://jabber.org/protocol/ibb' seq='0' sid='s'>Tk9PUAo=</data></iq>"));
    hear_data(0, "200 ", "a");
    hear_data(1, "OK\n", "b");
    EXPECT_TRUE(tunnel_.has_octets());
    EXPECT_THAT(sent(), IsEmpty()) << "what nobody took is not acknowledged";
    EXPECT_EQ(tunnel_.take_octets(), "200 OK\n");
    EXPECT_THAT(sent(), ElementsAre("<iq type='result' id='a' to='immp.a.example'/>",
                                    "<iq type='result' id='b' to='immp.a.example'/>"));
}

TEST_F(TunnelTest, KeepsItsWindow) {
    open();
    tunnel_.write(std::string(100'000, 'x'));
    EXPECT_EQ(sent().size(), 4u);
    EXPECT_EQ(tunnel_.unsent_bytes(), 100'000u - 4 * 4'096);
    hear(Kind::result, "s0");
    EXPECT_EQ(sent().size(), 1u);
    hear(Kind::result, "s0");
    EXPECT_THAT(sent(), IsEmpty());
    hear(Kind::result, "s1", "immp.b.example");
    hear(Kind::result, "s1", "alice@a.example/x");
    EXPECT_THAT(sent(), IsEmpty()) << "an answer counts only from the one asked";
}

TEST_F(TunnelTest, AsksForLessWhereLessIsWelcome) {
    for (const auto* size : {"16384", "8192", "4096", "2048", "1024"}) {
        static_cast<void>(sent());
        hear_error("sopen", "resource-constraint", "modify");
        EXPECT_THAT(sent(), ElementsAre(HasSubstr("block-size='" + std::string(size) + "'")));
    }
    hear_error("sopen", "resource-constraint", "modify");
    EXPECT_EQ(tunnel_.state(), Tunnel::State::closed);
    EXPECT_EQ(tunnel_.trouble().status, ExitStatus::temporary);
}

TEST_F(TunnelTest, SaysWhyItCannotOpen) {
    struct Case {
        const char* condition;
        int code;
        ExitStatus status;
    };
    for (const Case& c : {Case{"forbidden", 403, ExitStatus::credentials},
                          {"service-unavailable", 0, ExitStatus::unavailable},
                          {"remote-server-not-found", 0, ExitStatus::unavailable},
                          {"remote-server-timeout", 0, ExitStatus::unavailable},
                          {"resource-constraint", 429, ExitStatus::temporary},
                          {"", 0, ExitStatus::temporary}}) {
        Tunnel tunnel(kPeer, "s", kStart);
        tunnel.heard({.kind = Kind::error,
                      .id = "sopen",
                      .from = kPeer,
                      .condition = c.condition,
                      .error_type = "cancel",
                      .code = c.code},
                     kStart);
        EXPECT_EQ(tunnel.state(), Tunnel::State::closed);
        EXPECT_EQ(tunnel.trouble().status, c.status) << c.condition;
    }
}

TEST_F(TunnelTest, EndsWhereABlockIsRefused) {
    open();
    tunnel_.write("NOOP\n");
    EXPECT_EQ(sent().size(), 1u);
    hear_error("s0", "item-not-found");
    EXPECT_EQ(tunnel_.state(), Tunnel::State::closed);
    EXPECT_EQ(tunnel_.trouble().status, ExitStatus::temporary);
}

TEST_F(TunnelTest, EndsWhereTheServerClosesIt) {
    open();
    hear_data(0, "703 ", "a");
    hear(Kind::close, "z");
    EXPECT_EQ(tunnel_.state(), Tunnel::State::closed);
    EXPECT_THAT(sent(), ElementsAre("<iq type='result' id='z' to='immp.a.example'/>"));
    EXPECT_EQ(tunnel_.take_octets(), "703 ") << "what came before is read";
}

TEST_F(TunnelTest, ABlockOutOfOrderEndsIt) {
    open();
    hear_data(1, "x");
    EXPECT_EQ(tunnel_.state(), Tunnel::State::closed);
    EXPECT_THAT(sent(), ElementsAre(HasSubstr("<unexpected-request "), HasSubstr("<close ")));
}

TEST_F(TunnelTest, ABlockOfNoFormEndsIt) {
    open();
    tunnel_.heard({.kind = Kind::data, .id = "c", .from = kPeer, .sid = "s", .seq = 0}, now_);
    EXPECT_THAT(sent(), ElementsAre(HasSubstr("<bad-request "), HasSubstr("<close ")));
    EXPECT_EQ(tunnel_.state(), Tunnel::State::closed);
}

TEST_F(TunnelTest, TakesNothingFromOthers) {
    open();
    tunnel_.heard({.kind = Kind::data,
                   .id = "'><x",
                   .from = "mallory@a.example/x",
                   .sid = "s",
                   .seq = 0,
                   .octets = "x"},
                  now_);
    tunnel_.heard({.kind = Kind::close, .id = "m", .from = "mallory@a.example/x", .sid = "s"}, now_);
    EXPECT_FALSE(tunnel_.has_octets());
    EXPECT_EQ(tunnel_.state(), Tunnel::State::open);
    EXPECT_THAT(
        sent(),
        ElementsAre(
            HasSubstr("<iq type='error' id='&apos;&gt;&lt;x' to='mallory@a.example/x'><error type='cancel'>"
                      "<service-unavailable "),
            HasSubstr("<service-unavailable ")));
    tunnel_.heard({.kind = Kind::data, .id = "m", .from = kPeer, .sid = "other", .seq = 0, .octets = "x"},
                  now_);
    EXPECT_THAT(sent(), ElementsAre(HasSubstr("<item-not-found ")));
}

TEST_F(TunnelTest, AsksWhetherTheServerIsThere) {
    open();
    now_ += kTunnelProbeAfter - 1s;
    EXPECT_THAT(sent(), IsEmpty());
    now_ += 1s;
    EXPECT_THAT(sent(),
                ElementsAre(HasSubstr("<data xmlns='http://jabber.org/protocol/ibb' seq='0' sid='s'/>")));
    EXPECT_THAT(sent(), IsEmpty()) << "one at a time";
    EXPECT_EQ(tunnel_.waits_since(), now_);
    hear(Kind::result, "s0");
    EXPECT_FALSE(tunnel_.waits_since());
    EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(TunnelTest, AProbeOfTheServerBringsNothingToRead) {
    open();
    hear_data(0, "", "p");
    EXPECT_FALSE(tunnel_.has_octets());
    EXPECT_THAT(sent(), ElementsAre("<iq type='result' id='p' to='immp.a.example'/>"));
    hear_data(1, "200", "a");
    hear_data(2, "", "p");
    EXPECT_THAT(sent(), IsEmpty()) << "it waits its turn";
    EXPECT_EQ(tunnel_.take_octets(), "200");
    EXPECT_EQ(sent().size(), 2u);
}

TEST_F(TunnelTest, CloseIsSaidOnce) {
    open();
    tunnel_.close();
    EXPECT_THAT(sent(), ElementsAre("<iq type='set' id='sclose' to='immp.a.example'><close "
                                    "xmlns='http://jabber.org/protocol/ibb' sid='s'/></iq>"));
    tunnel_.close();
    EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(TunnelTest, GoesOnOverAnotherStream) {
    open();
    tunnel_.write(std::string(3 * 4'096, 'x') + "end");
    EXPECT_EQ(sent().size(), 4u);
    hear(Kind::result, "s0");
    hear_data(0, "270 ", "a");
    EXPECT_EQ(tunnel_.take_octets(), "270 ");
    hear_data(1, "lost", "b");
    lose();
    EXPECT_EQ(tunnel_.state(), Tunnel::State::lost);
    EXPECT_THAT(sent(), IsEmpty()) << "answers of the former stream are no more";
    tunnel_.resume(now_);
    EXPECT_THAT(sent(),
                ElementsAre("<iq type='set' id='s1.open' to='immp.a.example'><open "
                            "xmlns='http://jabber.org/protocol/ibb' block-size='32768' sid='s' stanza='iq'>"
                            "<resume xmlns='urn:immp:1' seq='1'/></open></iq>"));
    hear(Kind::result, "s1");
    hear_error("s2", "item-not-found");
    EXPECT_EQ(tunnel_.state(), Tunnel::State::resuming) << "of the former stream";
    hear_data(1, "early", "e");
    EXPECT_THAT(sent(), ElementsAre(HasSubstr("<recipient-unavailable ")));
    hear_resumed("s1.open", 3);
    EXPECT_EQ(tunnel_.state(), Tunnel::State::open);
    EXPECT_FALSE(tunnel_.moves()) << "not yet";
    EXPECT_THAT(sent(),
                ElementsAre("<iq type='set' id='s1.3' to='immp.a.example'><data "
                            "xmlns='http://jabber.org/protocol/ibb' seq='3' sid='s'>ZW5k</data></iq>"));
    hear_data(1, "OK\n", "c");
    EXPECT_EQ(tunnel_.take_octets(), "OK\n");
    EXPECT_TRUE(tunnel_.moves());
    hear_data(0, "270 ", "d");
    EXPECT_THAT(sent(), ElementsAre("<iq type='result' id='c' to='immp.a.example'/>",
                                    "<iq type='result' id='d' to='immp.a.example'/>"))
        << "and what came twice is taken once";
    EXPECT_FALSE(tunnel_.has_octets());
}

TEST_F(TunnelTest, GoesOnWhenTheServersComponentIsBack) {
    open();
    tunnel_.write("NOOP\n");
    EXPECT_EQ(sent().size(), 1u);
    int tries = 0;
    for (const auto* condition : {"service-unavailable", "remote-server-timeout", "remote-server-not-found",
                                  "recipient-unavailable"}) {
        hear_error(tries == 0 ? "s0" : "s" + std::to_string(tries) + ".open", condition);
        ASSERT_EQ(tunnel_.state(), Tunnel::State::lost) << condition;
        EXPECT_THAT(tunnel_.trouble().text, HasSubstr(condition));
        tunnel_.resume(now_);
        ++tries;
        EXPECT_EQ(sent().size(), 1u);
    }
    hear_error("s4.open", "resource-constraint", "wait", 429);
    EXPECT_EQ(tunnel_.state(), Tunnel::State::lost) << "too soon";
    tunnel_.resume(now_);
    hear_resumed("s5.open", 0);
    EXPECT_THAT(sent().back(), HasSubstr("id='s5.0'"));
}

TEST_F(TunnelTest, BeginsAnewWhereTheSessionIsNotKnown) {
    for (const auto* condition : {"item-not-found", "unexpected-request", "bad-request", "not-acceptable"}) {
        Tunnel tunnel(kPeer, "s", kStart);
        tunnel.heard({.kind = Kind::result, .id = "sopen", .from = kPeer}, kStart);
        tunnel.lose({ExitStatus::temporary, "cut off", 0});
        tunnel.resume(kStart);
        tunnel.heard({.kind = Kind::error,
                      .id = "s1.open",
                      .from = kPeer,
                      .condition = condition,
                      .error_type = "cancel"},
                     kStart);
        EXPECT_EQ(tunnel.state(), Tunnel::State::closed) << condition;
        EXPECT_EQ(tunnel.trouble().status, ExitStatus::temporary) << "so that it is tried again";
    }
}

TEST_F(TunnelTest, DoesNotGoOnFromWhereItNeverWas) {
    for (const std::optional<std::uint64_t> seq : {std::optional<std::uint64_t>(), {7}, {65'536}}) {
        Tunnel tunnel(kPeer, "s", kStart);
        tunnel.heard({.kind = Kind::result, .id = "sopen", .from = kPeer}, kStart);
        tunnel.lose({ExitStatus::temporary, "cut off", 0});
        tunnel.resume(kStart);
        tunnel.heard({.kind = Kind::result, .id = "s1.open", .from = kPeer, .seq = seq}, kStart);
        EXPECT_EQ(tunnel.state(), Tunnel::State::closed);
        EXPECT_EQ(tunnel.trouble().status, ExitStatus::temporary);
    }
}

TEST_F(TunnelTest, ASessionThatNeverOpenedIsNotGoneOnWith) {
    lose();
    EXPECT_EQ(tunnel_.state(), Tunnel::State::closed);
    EXPECT_EQ(tunnel_.trouble().text, "cut off");
    tunnel_.resume(now_);
    EXPECT_EQ(tunnel_.state(), Tunnel::State::closed);
}

TEST_F(TunnelTest, AsksInDoubtBeyondItsWindow) {
    open();
    tunnel_.write(std::string(5 * 4'096, 'x'));
    EXPECT_EQ(sent().size(), 4u);
    now_ += kTunnelDoubtsAfter;
    EXPECT_THAT(sent(), ElementsAre(HasSubstr("seq='4' sid='s'/>")));
    EXPECT_THAT(sent(), IsEmpty());
    EXPECT_EQ(tunnel_.waits_since(), kStart);
    lose();
    tunnel_.resume(now_);
    EXPECT_EQ(tunnel_.waits_since(), now_);
}

TEST(ResumePaceTest, TriesForAsLongAsTheSessionIsKept) {
    using Next = ResumePace::Next;
    ResumePace pace(60s);
    std::vector<std::int64_t> tries;
    auto now = kStart;
    Next next = Next::wait;
    while ((next = pace.next(now)) != Next::give_up) {
        if (next == Next::go) tries.push_back((now - kStart) / 1s);
        now += 1s;
    }
    EXPECT_EQ(now - kStart, kResumableFor);
    tries.resize(6);
    EXPECT_THAT(tries, ElementsAre(1, 3, 7, 15, 30, 45));
    EXPECT_TRUE(pace.is_lost());
    pace.went_on();
    EXPECT_FALSE(pace.is_lost());
    EXPECT_EQ(pace.next(now), Next::wait);
    EXPECT_EQ(pace.next(now + 1s), Next::go) << "from the beginning";
}

TEST(ResumePaceTest, ShortPatienceIsShort) {
    ResumePace pace(2s);
    static_cast<void>(pace.next(kStart));
    EXPECT_EQ(pace.next(kStart + 10s), ResumePace::Next::give_up);
    EXPECT_TRUE(ResumePace::may_mend({ExitStatus::unavailable, "", 0}));
    EXPECT_FALSE(ResumePace::may_mend({ExitStatus::credentials, "", 402}));
    EXPECT_FALSE(ResumePace::may_mend({ExitStatus::protocol, "", 0}));
}

}  // namespace
}  // namespace immp::bridge::client
