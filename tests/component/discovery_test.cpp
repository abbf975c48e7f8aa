#include "component/discovery.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "component/jid.hpp"
#include "tests/component/side_double.hpp"

namespace immp::component {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class DiscoveryTest : public testing::Test {
  protected:
    void find(const std::string& domain) {
        side_.discovery.find(domain, [this](Result<std::string> jid) { found_.push_back(std::move(jid)); });
    }
    std::vector<Result<std::string>> found_;  // outlives the side, which ends what it owes
    SideDouble side_;
};

TEST_F(DiscoveryTest, BelievesWhatTheDomainListsAndTheComponentConfirms) {
    find("b.example");
    EXPECT_THAT(side_.outlet.sent.front().first,
                AllOf(HasSubstr("to='b.example'"), HasSubstr("disco#items")));
    side_.list("immp.b.example");
    EXPECT_THAT(side_.outlet.sent.front().first,
                AllOf(HasSubstr("to='immp.b.example'"), HasSubstr("disco#info")));
    side_.feature("urn:immp:1");
    ASSERT_EQ(found_.size(), 1U);
    EXPECT_EQ(*found_[0], "immp.b.example");
}

TEST_F(DiscoveryTest, SharesALookupUnderWay) {
    find("b.example");
    find("b.example");
    find("c.example");
    EXPECT_EQ(side_.outlet.sent.size(), 2U);
    side_.list("immp.b.example");
    side_.outlet.next();
    side_.feature("urn:immp:1");
    EXPECT_EQ(found_.size(), 2U);
}

TEST_F(DiscoveryTest, LooksUpABoundedNumberAtOnce) {
    const std::size_t most = DiscoveryPolicy{}.lookups;
    for (std::size_t i = 0; i < most; ++i)
        find("n" + std::to_string(i) + ".example");
    find("b.example");
    EXPECT_EQ(side_.outlet.sent.size(), most);
    ASSERT_EQ(found_.size(), 1U);
    EXPECT_EQ(found_[0].error().code, 705);
    side_.list("immp.elsewhere.example");  // One ends, and there is room for another.
    find("b.example");
    EXPECT_EQ(side_.outlet.sent.size(), most);
    EXPECT_EQ(found_.size(), 2U);
}

TEST_F(DiscoveryTest, RefusesADomainThatListsAnotherJid) {
    for (const auto* jid :
         {"immp.c.example", "IMMP.b.example", "x@immp.b.example", "immp.b.example/x", "b.example"}) {
        side_.discovery.forget("b.example");
        found_.clear();
        find("b.example");
        side_.list(jid);
        ASSERT_EQ(found_.size(), 1U);
        EXPECT_EQ(found_[0].error().code, 720);
        EXPECT_THAT(found_[0].error().detail, HasSubstr("b.example does not list immp.b.example"));
    }
}

TEST_F(DiscoveryTest, ANodeOfTheComponentIsNotTheComponent) {
    find("b.example");
    side_.answer("result",
                 "<query xmlns='http://jabber.org/protocol/disco#items'>"
                 "<item jid='immp.b.example' node='x'/></query>");
    EXPECT_FALSE(found_.at(0).has_value());
}

TEST_F(DiscoveryTest, RefusesAComponentWithoutTheFeature) {
    find("b.example");
    side_.list("immp.b.example");
    side_.feature("urn:immp:2");
    EXPECT_THAT(found_.at(0).error().detail, HasSubstr("no feature urn:immp:1"));
}

TEST_F(DiscoveryTest, KeepsAnAnswerForAnHour) {
    find("b.example");
    side_.vouch();
    side_.outside.now += 59min;
    find("b.example");
    EXPECT_EQ(found_.size(), 2U);
    EXPECT_TRUE(side_.outlet.sent.empty());
    side_.outside.now += 1min;
    find("b.example");
    EXPECT_EQ(found_.size(), 2U);
    EXPECT_EQ(side_.outlet.sent.size(), 1U);
}

TEST_F(DiscoveryTest, KeepsARefusalForFiveMinutes) {
    find("b.example");
    side_.list("other.b.example");
    side_.outside.now += 299s;
    find("b.example");
    EXPECT_TRUE(side_.outlet.sent.empty());
    side_.outside.now += 1s;
    find("b.example");
    EXPECT_EQ(side_.outlet.sent.size(), 1U);
}

// ejabberd lists a component only while it is connected: its first request contradicts what we were told
// before.
TEST_F(DiscoveryTest, DoubtsARefusalOnceItsJidSpeaks) {
    find("b.example");
    side_.list("other.b.example");
    side_.outside.now += 4s;
    side_.discovery.reconsider("b.example");
    find("b.example");
    EXPECT_TRUE(side_.outlet.sent.empty()) << "every stanza of a stranger would make us ask";
    side_.outside.now += 1s;
    side_.discovery.reconsider("b.example");
    find("b.example");
    side_.vouch();
    EXPECT_TRUE(found_.back());
    side_.discovery.reconsider("b.example");
    find("b.example");
    EXPECT_TRUE(side_.outlet.sent.empty()) << "what was found is not in doubt";
}

// A domain that could not be asked has said nothing: the next question is asked at once.
TEST_F(DiscoveryTest, KeepsNothingOfAnUnreachableDomain) {
    find("b.example");
    side_.answer("error",
                 "<error type='cancel'><remote-server-not-found "
                 "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
    EXPECT_EQ(found_.at(0).error().code, 720);
    EXPECT_THAT(found_.at(0).error().detail, HasSubstr("disco#items of b.example: remote-server-not-found"));
    find("b.example");
    side_.outlet.next();
    side_.outside.now += 31s;
    side_.asker.expire();
    EXPECT_EQ(found_.at(1).error().code, 720);
    find("b.example");
    EXPECT_EQ(side_.outlet.sent.size(), 1U);
}

TEST_F(DiscoveryTest, EndsLookupsWhenTheLinkGoesDown) {
    find("b.example");
    side_.asker.down(Error{704, "XMPP link down", {}, 5s});
    EXPECT_EQ(found_.at(0).error().code, 704);
}

TEST_F(DiscoveryTest, BoundsLookupsAtOnce) {
    for (int count = 0; count < 257; ++count)
        find("d" + std::to_string(count) + ".example");
    ASSERT_EQ(found_.size(), 1U);
    EXPECT_EQ(found_[0].error().code, 705);
}

TEST(DiscoveryOverrides, TheTableSpeaksForItsDomainsAlone) {
    SideDouble side(std::map<std::string, std::string>{{"b.example", "gate.example"}});
    Result<std::string> jid;
    side.discovery.find("b.example", [&](Result<std::string> found) { jid = std::move(found); });
    EXPECT_EQ(*jid, "gate.example");
    EXPECT_TRUE(side.outlet.sent.empty());
    EXPECT_EQ(side.discovery.domain_claimed("gate.example"), "b.example");
    EXPECT_EQ(side.discovery.domain_claimed("immp.b.example"), std::nullopt) << "the table names another";
    EXPECT_EQ(side.discovery.domain_claimed("immp.c.example"), "c.example");
}

TEST(Jid, SpeaksForADomainInOneFormOnly) {
    EXPECT_EQ(domain_of_component("immp.b.example"), "b.example");
    EXPECT_EQ(domain_of_component("immp.m\xc3\xbcller.example"), "m\xc3\xbcller.example");
    for (const auto* jid :
         {"b.example", "immp.", "immp", "IMMP.b.example", "immp.B.example", "x@immp.b.example",
          "immp.b.example/x", "@immp.b.example", "immp.b.example.", "immp..b.example",
          "immp.xn--mller-kva.example", "immp.b example", "immpb.example", ""})
        EXPECT_EQ(domain_of_component(jid), std::nullopt) << jid;
}

TEST(Jid, SplitsAtTheFirstSlashAndTheAtBeforeIt) {
    const auto parts = split_jid("a@b.example/c@d/e");
    EXPECT_EQ(parts.local, "a");
    EXPECT_EQ(parts.domain, "b.example");
    EXPECT_EQ(parts.resource, "c@d/e");
    EXPECT_EQ(split_jid("b.example/x@y").domain, "b.example");
    EXPECT_EQ(split_jid("b.example/x@y").local, "");
}

}  // namespace
}  // namespace immp::component
