#include "component/answers.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/side_double.hpp"

namespace immp::component {
namespace {

using namespace std::chrono_literals;
using bridge::BundleStatus;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kPiece =
    "<bundle xmlns='urn:immp:1' id='0b7e2a4e-5a1c-4b7e-9d55-0123456789ab' at='0' of='9'>aGVsbG8=</bundle>";
constexpr std::string_view kQuestion =
    "<bundle xmlns='urn:immp:1' id='0b7e2a4e-5a1c-4b7e-9d55-0123456789ab'/>";

constexpr std::string_view kCookieText = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
constexpr std::string_view kBinding = "WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=";
const std::string kCookie = "<cookie xmlns='urn:immp:1' value='" + std::string(kCookieText) +
                            "' receiver='b.example' cb='" + std::string(kBinding) + "'/>";

class AnswersTest : public testing::Test {
  protected:
    void ask(std::string_view type, std::string_view payload, std::string_view from = "immp.b.example",
             std::string_view to = "immp.a.example") {
        side_.hear("<iq type='" + std::string(type) + "' id='q1' from='" + std::string(from) + "' to='" +
                   std::string(to) + "'>" + std::string(payload) + "</iq>");
    }
    std::string reply() { return side_.outlet.next(); }
    static auto refusal(std::string_view condition, std::string_view code) {
        return AllOf(HasSubstr("type='error' id='q1' from='immp.a.example' to="),
                     HasSubstr(std::string(condition)), HasSubstr("code='" + std::string(code) + "'"));
    }
    SideDouble side_;
};

TEST_F(AnswersTest, SaysWhatItIs) {
    ask("get", "<query xmlns='http://jabber.org/protocol/disco#info'/>", "c.example");
    EXPECT_EQ(reply(),
              "<iq type='result' id='q1' from='immp.a.example' to='c.example'>"
              "<query xmlns='http://jabber.org/protocol/disco#info'>"
              "<identity category='component' type='generic' name='IMMP'/>"
              "<feature var='http://jabber.org/protocol/disco#info'/>"
              "<feature var='http://jabber.org/protocol/disco#items'/>"
              "<feature var='urn:xmpp:ping'/><feature var='http://jabber.org/protocol/ibb'/>"
              "<feature var='urn:immp:1'/></query></iq>");
    ask("get", "<query xmlns='http://jabber.org/protocol/disco#items'/>", "c.example");
    EXPECT_THAT(reply(), HasSubstr("<query xmlns='http://jabber.org/protocol/disco#items'/></iq>"));
    ask("get", "<query xmlns='http://jabber.org/protocol/disco#info' node='x'/>");
    EXPECT_THAT(reply(), HasSubstr("item-not-found"));
}

TEST_F(AnswersTest, AnswersAPing) {
    ask("get", "<ping xmlns='urn:xmpp:ping'/>", "b.example");
    EXPECT_EQ(reply(), "<iq type='result' id='q1' from='immp.a.example' to='b.example'/>");
}

TEST_F(AnswersTest, RefusesWhatItDoesNotKnow) {
    ask("get", "<query xmlns='jabber:iq:version'/>");
    EXPECT_THAT(reply(), AllOf(HasSubstr("type='error'"), HasSubstr("service-unavailable")));
    ask("set", "<ping xmlns='urn:xmpp:ping'/>");
    EXPECT_THAT(reply(), HasSubstr("service-unavailable"));
    ask("get", "");
    EXPECT_THAT(reply(), HasSubstr("bad-request"));
    ask("get", "<ping xmlns='urn:xmpp:ping'/>", "b.example", "x@immp.a.example");
    EXPECT_THAT(reply(), AllOf(HasSubstr("from='x@immp.a.example'"), HasSubstr("service-unavailable")));
}

TEST_F(AnswersTest, SaysNothingToMessagesPresenceErrorsAndStrays) {
    side_.hear("<message id='1' from='x@b.example' to='immp.a.example'><body>hi</body></message>");
    side_.hear("<presence type='subscribe' id='1' from='x@b.example' to='immp.a.example'/>");
    side_.hear("<presence type='probe' from='x@b.example' to='immp.a.example'/>");
    ask("error", "<ping xmlns='urn:xmpp:ping'/>");
    ask("result", "");
    ask("nonsense", "<ping xmlns='urn:xmpp:ping'/>");
    ask("get", "<ping xmlns='urn:xmpp:ping'/>", "b.example", "immp.c.example");
    side_.hear("<iq type='get' from='b.example' to='immp.a.example'><ping xmlns='urn:xmpp:ping'/></iq>");
    EXPECT_TRUE(side_.outlet.sent.empty());
    EXPECT_THAT(side_.handler.calls, IsEmpty());
}

TEST_F(AnswersTest, HoldsAPieceUntilItsSenderIsProved) {
    ask("set", kPiece);
    EXPECT_THAT(side_.handler.calls, IsEmpty());
    side_.list("immp.b.example");
    EXPECT_THAT(side_.handler.calls, IsEmpty());
    side_.feature("urn:immp:1");
    EXPECT_THAT(
        side_.handler.calls,
        ElementsAre("seen b.example", "piece b.example immp.b.example 0b7e2a4e-5a1c-4b7e-9d55-0123456789ab"));
    side_.handler.statuses.at(0)(BundleStatus{.at = 5, .known = true, .receipt = {}});
    EXPECT_EQ(reply(),
              "<iq type='result' id='q1' from='immp.a.example' to='immp.b.example'>"
              "<bundle xmlns='urn:immp:1' id='0b7e2a4e-5a1c-4b7e-9d55-0123456789ab' at='5'/></iq>");
}

TEST_F(AnswersTest, RefusesAPieceOfAComponentThatItsDomainDoesNotList) {
    ask("set", kPiece);
    side_.list("other.b.example");
    EXPECT_THAT(reply(), refusal("forbidden", "403"));
    EXPECT_THAT(side_.handler.calls, IsEmpty());
}

TEST_F(AnswersTest, RefusesAPieceOfAnAddressThatCannotSpeakForADomain) {
    for (const auto* from :
         {"x@immp.b.example", "immp.b.example/x", "b.example", "gate.b.example", "alice@b.example/x"}) {
        for (const auto& [type, payload] :
             {std::pair{"set", kPiece},
              {"get", kQuestion},
              {"set", std::string_view("<receipt xmlns='urn:immp:1'>aGVsbG8=</receipt>")}}) {
            ask(type, payload, from);
            EXPECT_THAT(reply(), refusal("forbidden", "403")) << from;
        }
    }
    EXPECT_THAT(side_.handler.calls, IsEmpty());
    EXPECT_TRUE(side_.outlet.sent.empty()) << "nothing is looked up for them";
}

// Whoever sends what our server could not ask about is to try again.
TEST_F(AnswersTest, ATemporaryFailureToProveIsTemporary) {
    ask("set", kPiece);
    side_.answer("error",
                 "<error type='wait'><remote-server-timeout "
                 "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
    EXPECT_THAT(reply(), AllOf(HasSubstr("type='wait'"), HasSubstr("retry='60'")));
}

TEST_F(AnswersTest, SaysWhereToGoOnWhereAPieceDidNotFit) {
    ask("set", kPiece);
    side_.vouch();
    side_.handler.statuses.at(0)(BundleStatus{.at = 3, .known = true, .receipt = {}});
    EXPECT_THAT(reply(), AllOf(refusal("conflict", "409"), HasSubstr("at='3'/></error>")));
}

TEST_F(AnswersTest, AReceiptTravelsInTheResult) {
    ask("set", kPiece);
    side_.vouch();
    side_.handler.statuses.at(0)(BundleStatus{.at = 9, .known = true, .receipt = {'h', 'i'}});
    EXPECT_THAT(reply(),
                AllOf(HasSubstr("type='result'"), HasSubstr("at='9'><receipt>aGk=</receipt></bundle>")));
}

TEST_F(AnswersTest, PassesTheBridgesRefusalOn) {
    ask("set", kPiece);
    side_.vouch();
    side_.handler.statuses.at(0)(fail_for_now(429, "too many bundles", 30s));
    EXPECT_THAT(reply(), AllOf(refusal("resource-constraint", "429"), HasSubstr("retry='30'"),
                               HasSubstr("type='wait'")));
}

TEST_F(AnswersTest, AnswersAQuestionAboutABundle) {
    ask("get", kQuestion);
    side_.vouch();
    EXPECT_EQ(side_.handler.calls.back(), "question b.example 0b7e2a4e-5a1c-4b7e-9d55-0123456789ab");
    side_.handler.statuses.at(0)(BundleStatus{.at = 0, .known = false, .receipt = {}});
    EXPECT_THAT(reply(), refusal("item-not-found", "404"));
    ask("get", kQuestion);
    side_.handler.statuses.at(1)(BundleStatus{.at = 7, .known = true, .receipt = {}});
    EXPECT_THAT(reply(), HasSubstr("at='7'/></iq>"));
}

TEST_F(AnswersTest, GivesRecordsToAnybody) {
    ask("get", "<key xmlns='urn:immp:1' domain='a.example'/>", "mallory@c.example/x");
    EXPECT_THAT(side_.handler.calls, ElementsAre("key a.example"));
    side_.handler.records.at(0)(std::vector<std::string>{"old", "new"});
    EXPECT_THAT(reply(),
                AllOf(HasSubstr("to='mallory@c.example/x'"),
                      HasSubstr("<key xmlns='urn:immp:1'>b2xk</key><key xmlns='urn:immp:1'>bmV3</key>")));
    ask("get", "<key xmlns='urn:immp:1' domain='d.example'/>");
    side_.handler.records.at(1)(fail(450, "domain not served"));
    EXPECT_THAT(reply(), refusal("item-not-found", "450"));
}

TEST_F(AnswersTest, TakesAReceipt) {
    ask("set", "<receipt xmlns='urn:immp:1'>aGVsbG8=</receipt>");
    side_.vouch();
    EXPECT_EQ(side_.handler.calls.back(), "receipt b.example hello");
    side_.handler.taken.at(0)({});
    EXPECT_EQ(reply(), "<iq type='result' id='q1' from='immp.a.example' to='immp.b.example'/>");
}

TEST_F(AnswersTest, ABadFormIs400BeforeAnythingIsLookedUp) {
    ask("set", "<bundle xmlns='urn:immp:1' id='x' at='0' of='5'>aGVsbG8=</bundle>");
    EXPECT_THAT(reply(), refusal("bad-request", "400"));
    EXPECT_TRUE(side_.outlet.sent.empty());
}

TEST_F(AnswersTest, ASkippedRequestIsAnswered) {
    StanzaSkipped skipped{{StanzaName::iq, "set", "q1", "immp.b.example", "immp.a.example"},
                          StanzaSkipped::Cause::over_bound,
                          "too deep"};
    side_.answers->take(skipped);
    EXPECT_THAT(reply(), AllOf(HasSubstr("type='error' id='q1'"), HasSubstr("policy-violation")));
    skipped.cause = StanzaSkipped::Cause::bad_base64;
    side_.answers->take(skipped);
    EXPECT_THAT(reply(), HasSubstr("bad-request"));
    skipped.head.type = "error";
    side_.answers->take(skipped);
    EXPECT_TRUE(side_.outlet.sent.empty());
}

TEST_F(AnswersTest, BoundsWhatIsHeld) {
    for (std::size_t count = 0; count <= kMaxHeldRequests; ++count)
        ask("set", kPiece);
    (void)reply();  // the one lookup
    EXPECT_THAT(reply(), AllOf(refusal("resource-constraint", "705"), HasSubstr("type='wait'")));
    EXPECT_TRUE(side_.outlet.sent.empty());
}

TEST_F(AnswersTest, GivesBackWhatWasHeld) {
    ask("set", kPiece);
    side_.vouch();
    for (std::size_t count = 0; count < 2 * kMaxHeldRequests; ++count) {
        side_.handler.statuses.at(count)(BundleStatus{.at = 5, .known = true, .receipt = {}});
        ASSERT_THAT(reply(), HasSubstr("type='result'"));
        ask("set", kPiece);
        ASSERT_EQ(side_.handler.statuses.size(), count + 2);
    }
}

TEST_F(AnswersTest, SaysThatAPeerIsThereOnceASecond) {
    ask("get", kQuestion);
    side_.vouch();
    ask("get", kQuestion);
    side_.outside.now += 1s;
    ask("get", kQuestion);
    EXPECT_EQ(std::ranges::count(side_.handler.calls, "seen b.example"), 2);
}

TEST_F(AnswersTest, AnOnlinePeerIsSeenAndWhatItWasAskedIsLost) {
    std::optional<Result<BundleStatus>> lost;
    side_.peers.ask_bundle("b.example", "0b7e2a4e-5a1c-4b7e-9d55-0123456789ab",
                           [&](auto status) { lost = std::move(status); });
    side_.vouch();
    side_.outlet.next();
    ask("set", "<online xmlns='urn:immp:1'/>");
    ASSERT_TRUE(lost);
    EXPECT_EQ(lost->error().code, 704);
    EXPECT_TRUE(lost->error().temporary());
    EXPECT_THAT(side_.handler.calls, ElementsAre("seen b.example"));
    EXPECT_EQ(reply(), "<iq type='result' id='q1' from='immp.a.example' to='immp.b.example'/>");
}

TEST_F(AnswersTest, AnOnlinePeerIsLookedUpAnewWhereTheLookupWasLost) {
    std::optional<Result<BundleStatus>> lost;
    side_.peers.ask_bundle("b.example", "0b7e2a4e-5a1c-4b7e-9d55-0123456789ab",
                           [&](auto status) { lost = std::move(status); });
    side_.outlet.next();  // disco#items, never answered
    ask("set", "<online xmlns='urn:immp:1'/>");
    side_.outside.run_deferred();
    ASSERT_TRUE(lost);
    side_.vouch();
    EXPECT_THAT(side_.handler.calls, ElementsAre("seen b.example"));
}

TEST_F(AnswersTest, AStrangerIsNotOnline) {
    ask("set", "<online xmlns='urn:immp:1'/>", "x.example");
    EXPECT_THAT(reply(), refusal("forbidden", "403"));
    ask("set", "<online xmlns='urn:immp:1'/>");
    side_.list("other.b.example");
    EXPECT_THAT(reply(), refusal("forbidden", "403"));
    EXPECT_THAT(side_.handler.calls, IsEmpty());
}

// Who asks about a cookie is proved first: the bridge compares him with the receiver.
TEST_F(AnswersTest, AsksTheBridgeAboutCookiesOfWhoSpeaksForHisDomain) {
    ask("get", kCookie);
    side_.vouch();
    ASSERT_THAT(
        side_.handler.calls,
        ElementsAre("seen b.example", "cookie b.example " + std::string(kCookieText) + " b.example 32"));
    side_.handler.taken.at(0)({});
    EXPECT_EQ(reply(), "<iq type='result' id='q1' from='immp.a.example' to='immp.b.example'/>");
    ask("get", kCookie);
    side_.handler.taken.at(1)(fail(421, "No such cookie"));
    EXPECT_THAT(reply(), AllOf(refusal("undefined-condition", "421"), Not(HasSubstr("retry"))));
}

TEST_F(AnswersTest, AStrangersCookieQuestionGoesNowhere) {
    ask("get", kCookie, "x.example");
    EXPECT_THAT(reply(), refusal("forbidden", "403"));
    ask("set", kCookie);
    EXPECT_THAT(reply(), HasSubstr("service-unavailable"));
    EXPECT_THAT(side_.handler.calls, IsEmpty());
}

TEST_F(AnswersTest, ACookieQuestionHasOneForm) {
    const std::string value = "value='" + std::string(kCookieText) + "'";
    const std::string cb = " cb='" + std::string(kBinding) + "'";
    for (const std::string& attributes :
         {std::string(), value, value + " receiver='b.example'", value + cb, " receiver='b.example'" + cb,
          "value='0123'  receiver='b.example'" + cb,
          "value='" + std::string(64, 'A') + "' receiver='b.example'" + cb,
          value + " receiver='bob@b.example'" + cb, value + " receiver='b.example' cb='WlpaWg=='",
          value + " receiver='b.example' cb='!'"}) {
        ask("get", "<cookie xmlns='urn:immp:1' " + attributes + "/>");
        EXPECT_THAT(reply(), refusal("bad-request", "400")) << attributes;
    }
}

TEST_F(AnswersTest, AReplyThatComesTooLateIsDropped) {
    ask("get", "<key xmlns='urn:immp:1' domain='a.example'/>");
    side_.answers.reset();
    side_.handler.records.at(0)(std::vector<std::string>{"old"});
    EXPECT_TRUE(side_.outlet.sent.empty());
}

}  // namespace
}  // namespace immp::component
