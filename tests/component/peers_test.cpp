#include "component/peers.hpp"

#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "component/immp_payload.hpp"
#include "component/write_queue.hpp"
#include "tests/component/side_double.hpp"

namespace immp::component {
namespace {

using namespace std::chrono_literals;
using bridge::BundlePiece;
using bridge::BundleStatus;
using testing::AllOf;
using testing::HasSubstr;

class PeersTest : public testing::Test {
  protected:
    void send(std::size_t bytes = 5) {
        side_.peers.send_piece("b.example", BundlePiece{kBundleId, 0, 900'000, Bytes(bytes, 'x')},
                               [this](Result<BundleStatus> status) {
                                   ++calls_;
                                   status_ = std::move(status);
                               });
    }
    void run() { side_.outside.run_deferred(); }
    std::string status(std::string_view at) {
        return bundle_question(kBundleId).insert(bundle_question(kBundleId).size() - 2,
                                                 " at='" + std::string(at) + "'");
    }
    static std::string error(std::string_view condition) {
        return "<error type='cancel'><" + std::string(condition) +
               " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    }

    int calls_ = 0;  // outlives the side, which ends what it owes
    std::optional<Result<BundleStatus>> status_;
    SideDouble side_;
};

TEST_F(PeersTest, SendsAPieceToTheJidThatWasFound) {
    send();
    side_.vouch();
    EXPECT_THAT(side_.outlet.sent.front().first,
                AllOf(HasSubstr("type='set'"), HasSubstr("to='immp.b.example'"),
                      HasSubstr("at='0' of='900000'>eHh4eHg=<")));
    EXPECT_EQ(side_.outlet.sent.front().second, Lane::bulk);
    EXPECT_EQ(calls_, 0);
    side_.answer("result", status("5"));
    EXPECT_EQ(calls_, 1);
    EXPECT_EQ((*status_)->at, 5U);
}

TEST_F(PeersTest, AResultFromAnotherJidIsNoResult) {
    send();
    side_.vouch();
    const auto question = stanza(side_.outlet.next());
    for (const auto* from : {"immp.c.example", "b.example", "immp.b.example/x"})
        side_.hear("<iq type='result' id='" + question.head.id + "' from='" + from + "'>" + status("5") +
                   "</iq>");
    EXPECT_EQ(calls_, 0);
}

TEST_F(PeersTest, FailsWith720WhereTheDomainHasNoComponent) {
    send();
    side_.list("other.b.example");
    run();
    EXPECT_EQ(calls_, 1);
    EXPECT_EQ(status_->error().code, 720);
}

TEST_F(PeersTest, NeverCallsBackBeforeTheCallReturned) {
    side_.asker.down(Error{704, "XMPP link down", {}, 5s});
    send();
    send(kMaxPieceBytes + 1);
    EXPECT_EQ(calls_, 0);
    run();
    EXPECT_EQ(calls_, 2);
}

TEST_F(PeersTest, FailsWith704WhenTheLinkGoesDownAndAsksAgainAfterwards) {
    send();
    side_.vouch();
    side_.asker.down(Error{704, "XMPP link down", {}, 5s});
    EXPECT_EQ(status_->error().code, 704);
    side_.asker.up();
    side_.outlet.sent.clear();
    send();
    EXPECT_THAT(side_.outlet.sent.front().first, HasSubstr("<bundle")) << "the JID is still known";
}

TEST_F(PeersTest, FailsWith720AfterItsPatienceAndSendsLess) {
    send(side_.peers.piece_bytes("b.example"));
    side_.vouch();
    const auto before = side_.peers.piece_bytes("b.example");
    side_.outside.now += 29s;
    side_.asker.expire();
    EXPECT_EQ(calls_, 0);
    side_.outside.now += 120s;
    side_.asker.expire();
    EXPECT_EQ(status_->error().code, 720);
    EXPECT_LT(side_.peers.piece_bytes("b.example"), before);
}

TEST_F(PeersTest, SendsLessToAPeerThatIsBusy) {
    send();
    side_.vouch();
    const auto before = side_.peers.piece_bytes("b.example");
    side_.answer("error", error("resource-constraint"));
    EXPECT_EQ(status_->error().code, 705);
    EXPECT_LT(side_.peers.piece_bytes("b.example"), before);
    EXPECT_EQ(side_.peers.piece_bytes("c.example"), before) << "another path";
}

TEST_F(PeersTest, LooksAJidUpAgainThatIsGone) {
    send();
    side_.vouch();
    side_.answer("error", error("service-unavailable"));
    EXPECT_EQ(status_->error().code, 720);
    send();
    EXPECT_THAT(side_.outlet.sent.front().first, HasSubstr("disco#items"));
}

TEST_F(PeersTest, BoundsWhatWaitsForTheSocket) {
    side_.outlet.queued = kHighWaterBytes + 1;
    EXPECT_EQ(side_.peers.window("b.example"), 1U);
    side_.outlet.queued = kMaxQueuedBytes;
    send();
    run();
    EXPECT_EQ(status_->error().code, 705);
}

TEST_F(PeersTest, RefusesWhatNoStanzaCarries) {
    send(kMaxPieceBytes + 1);
    run();
    EXPECT_EQ(status_->error().code, 413);
    EXPECT_TRUE(status_->error().temporary());
}

TEST_F(PeersTest, FetchesRecordsAndSendsReceipts) {
    std::optional<Result<std::vector<std::string>>> records;
    side_.peers.fetch_records("b.example", bridge::PeerLink::History::whole,
                              [&](auto got) { records = std::move(got); });
    side_.vouch();
    EXPECT_THAT(side_.outlet.sent.front().first,
                HasSubstr("<key xmlns='urn:immp:1' domain='b.example' history='1'/>"));
    side_.answer("result", key_answer({"one", "two"}));
    EXPECT_THAT(**records, testing::ElementsAre("one", "two"));

    std::optional<Result<void>> taken;
    side_.peers.send_receipt("b.example", {'h', 'i'}, [&](auto got) { taken = std::move(got); });
    EXPECT_THAT(side_.outlet.sent.front().first, HasSubstr("<receipt xmlns='urn:immp:1'>aGk=</receipt>"));
    side_.answer("result", "");
    EXPECT_TRUE(taken->has_value());

    side_.peers.announce("b.example", [&](auto got) { taken = std::move(got); });
    EXPECT_THAT(side_.outlet.sent.front().first,
                AllOf(HasSubstr("type='set'"), HasSubstr("<online xmlns='urn:immp:1'/>")));
    side_.answer("error", error("service-unavailable"));
    EXPECT_FALSE(taken->has_value());
}

TEST_F(PeersTest, AsksAboutABundle) {
    std::optional<Result<BundleStatus>> status;
    side_.peers.ask_bundle("b.example", kBundleId, [&](auto got) { status = std::move(got); });
    side_.vouch();
    side_.answer("error", error("item-not-found"));
    EXPECT_FALSE((*status)->known);
}

class CookieQuestionTest : public PeersTest {
  protected:
    void verify() {
        side_.peers.verify_cookie("b.example", {std::string(64, 'c'), "a.example", Bytes(32, 0x5a)},
                                  [&](auto got) { said_ = std::move(got); });
    }
    std::optional<Result<void>> said_;
};

TEST_F(CookieQuestionTest, AsksTheIssuersComponent) {
    verify();
    side_.vouch();
    EXPECT_THAT(
        side_.outlet.sent.front().first,
        AllOf(HasSubstr("type='get'"), HasSubstr("to='immp.b.example'"),
              HasSubstr("<cookie xmlns='urn:immp:1' value='" + std::string(64, 'c') +
                        "' receiver='a.example' cb='WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo='/>")));
    side_.answer("result", "");
    EXPECT_TRUE(said_->has_value());
    verify();
    side_.answer("error",
                 "<error type='cancel'><undefined-condition "
                 "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><refusal xmlns='urn:immp:1' "
                 "code='421' e='5.7.0'/></error>");
    EXPECT_EQ(said_->error().code, 421);
    EXPECT_FALSE(said_->error().temporary());
}

// Only where the domain itself answered that it has none: then another way may be asked.
TEST_F(CookieQuestionTest, TellsNoComponentFromNoAnswer) {
    verify();
    side_.list("other.b.example");
    run();
    EXPECT_EQ(said_->error().code, 404);
    EXPECT_TRUE(said_->error().temporary());

    side_.discovery.forget("b.example");
    verify();
    side_.answer("error", error("remote-server-not-found"));
    run();
    EXPECT_EQ(said_->error().code, 720);

    verify();
    side_.vouch();
    side_.outside.now += 120s;
    side_.asker.expire();
    EXPECT_EQ(said_->error().code, 720);
}

TEST(PeersVia, AGatewaysComponentIsAskedForDomainsBehindIt) {
    SideDouble side;
    Peers peers(side.asker, side.discovery, side.outlet, side.outside.world,
                {{{"c.example", {bridge::Way::via, {}, 0, "b.example"}}}, {}});
    peers.fetch_records("c.example", bridge::PeerLink::History::last, [](auto) {});
    side.vouch();
    EXPECT_THAT(side.outlet.sent.front().first,
                AllOf(HasSubstr("to='immp.b.example'"), HasSubstr("domain='c.example'")));
    side.answer("result", "");  // while there is somebody to hear it
}

TEST(WriteQueue, LetsTheUrgentAheadAndCountsUntilWritten) {
    WriteQueue queue;
    queue.push("piece1", Lane::bulk);
    queue.push("piece2", Lane::bulk);
    queue.push("ping", Lane::urgent);
    EXPECT_THAT(queue.batch(5), testing::ElementsAre("ping", "piece1"));
    EXPECT_EQ(queue.bytes(), 16U);
    queue.written(10);
    EXPECT_THAT(queue.batch(100), testing::ElementsAre("piece2"));
    queue.written(6);
    EXPECT_THAT(queue.batch(100), testing::IsEmpty());
    EXPECT_EQ(queue.bytes(), 0U);
}

}  // namespace
}  // namespace immp::component
