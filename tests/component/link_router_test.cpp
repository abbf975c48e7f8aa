// Which way is taken for which domain, and when an issuer is asked over TCP.
#include "component/link_router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace immp::component {
namespace {

using bridge::Callback;
using bridge::CookieClaim;
using testing::ElementsAre;

/// Notes what it is asked, and answers questions about cookies as the test says.
class LinkDouble final : public bridge::PeerLink {
  public:
    LinkDouble(std::string name, std::vector<std::string>& calls) : name_(std::move(name)), calls_(calls) {}

    [[nodiscard]] std::size_t piece_bytes(std::string_view) const override { return name_.size(); }
    [[nodiscard]] std::size_t window(std::string_view) const override { return name_.size(); }
    void send_piece(std::string domain, bridge::BundlePiece, Callback<bridge::BundleStatus>) override {
        note("piece", domain);
    }
    void ask_bundle(std::string domain, std::string, Callback<bridge::BundleStatus>) override {
        note("bundle", domain);
    }
    void fetch_records(std::string domain, History, Callback<std::vector<std::string>>) override {
        note("records", domain);
    }
    void send_receipt(std::string domain, Bytes, Callback<void>) override { note("receipt", domain); }
    void announce(std::string domain, Callback<void>) override { note("announce", domain); }
    void verify_cookie(std::string issuer, CookieClaim, Callback<void> done) override {
        note("cookie", issuer);
        done(cookie);
    }

    Result<void> cookie;

  private:
    void note(const std::string& what, const std::string& domain) {
        calls_.push_back(name_ + " " + what + " " + domain);
    }
    std::string name_;
    std::vector<std::string>& calls_;
};

class LinkRouterTest : public testing::Test {
  protected:
    int verify(LinkRouter& router, const std::string& issuer) {
        calls_.clear();
        int code = -1;
        router.verify_cookie(issuer, {}, [&](Result<void> said) { code = said ? 200 : said.error().code; });
        return code;
    }

    std::vector<std::string> calls_;
    LinkDouble xmpp_{"xmpp", calls_};
    LinkDouble tcp_{"tcp", calls_};
    bridge::Routes routes_{{{"c.example", {bridge::Way::tcp, "::1", 1025, {}}},
                            {"d.example", {bridge::Way::via, {}, 0, "c.example"}},
                            {"e.example", {bridge::Way::via, {}, 0, "b.example"}}},
                           {}};
    LinkRouter router_{routes_, &xmpp_, tcp_};
};

TEST_F(LinkRouterTest, TheTableSaysWhichWay) {
    for (const char* domain : {"b.example", "c.example", "d.example", "e.example"})
        router_.announce(domain, [](auto) {});
    EXPECT_THAT(calls_, ElementsAre("xmpp announce b.example", "tcp announce c.example",
                                    "tcp announce d.example", "xmpp announce e.example"));
    calls_.clear();
    router_.send_piece("c.example", {}, [](auto) {});
    router_.ask_bundle("c.example", "", [](auto) {});
    router_.fetch_records("c.example", bridge::PeerLink::History::last, [](auto) {});
    router_.send_receipt("c.example", {}, [](auto) {});
    EXPECT_THAT(calls_, ElementsAre("tcp piece c.example", "tcp bundle c.example", "tcp records c.example",
                                    "tcp receipt c.example"));
    EXPECT_EQ(router_.piece_bytes("c.example"), 3U);
    EXPECT_EQ(router_.window("b.example"), 4U);
}

TEST_F(LinkRouterTest, AnIssuerIsAskedThroughXmppFirst) {
    EXPECT_EQ(verify(router_, "b.example"), 200);
    EXPECT_THAT(calls_, ElementsAre("xmpp cookie b.example"));
    // Its no, and its silence, are not asked again over TCP: only "there is no component" opens that way.
    for (const int code : {421, 720, 704}) {
        xmpp_.cookie = fail(code, "no");
        EXPECT_EQ(verify(router_, "b.example"), code);
        EXPECT_THAT(calls_, ElementsAre("xmpp cookie b.example"));
    }
    xmpp_.cookie = fail(404, "none");
    EXPECT_EQ(verify(router_, "b.example"), 200);
    EXPECT_THAT(calls_, ElementsAre("xmpp cookie b.example", "tcp cookie b.example"));
}

TEST_F(LinkRouterTest, ARouteOverTcpIsAskedThere) {
    EXPECT_EQ(verify(router_, "c.example"), 200);
    EXPECT_THAT(calls_, ElementsAre("tcp cookie c.example"));
}

TEST_F(LinkRouterTest, WithoutAComponentEverythingIsTcp) {
    LinkRouter alone(routes_, nullptr, tcp_);
    alone.announce("b.example", [](auto) {});
    EXPECT_THAT(calls_, ElementsAre("tcp announce b.example"));
    EXPECT_EQ(verify(alone, "b.example"), 200);
}

}  // namespace
}  // namespace immp::component
