#include "bridge/client/tunnel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace immp::bridge::client
