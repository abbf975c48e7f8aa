#include "component/immp_payload.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "component/stanza_error.hpp"
#include "tests/component/world_double.hpp"

namespace immp::component {
namespace {

using bridge::BundlePiece;
using bridge::BundleStatus;
using bridge::PeerLink;
using testing::ElementsAre;

Stanza iq_of(std::string_view type, std::string_view payload) {
    return stanza("<iq type='" + std::string(type) + "' id='1' from='immp.b.example'>" +
                  std::string(payload) + "</iq>");
}

std::string bundle(std::string_view attributes, std::string_view content = "aGVsbG8=") {
    return "<bundle xmlns='urn:immp:1' " + std::string(attributes) + ">" + std::string(content) + "</bundle>";
}

std::string id() {
    return "id='" + kBundleId + "' ";
}

std::string error(std::string_view condition, std::string_view extra = {}) {
    return "<error type='cancel'><" + std::string(condition) +
           " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>" + std::string(extra) + "</error>";
}

TEST(ImmpPayload, APieceReadsBackAsItWasWritten) {
    BundlePiece piece{kBundleId, 7, 20, {}};
    for (int octet = 0; octet < 13; ++octet)
        piece.octets.push_back(static_cast<std::uint8_t>(octet * 19));
    const auto read = read_piece(iq_of("set", bundle_piece(piece)));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->bundle_id, piece.bundle_id);
    EXPECT_EQ(read->at, 7U);
    EXPECT_EQ(read->of, 20U);
    EXPECT_EQ(read->octets, piece.octets);
}

TEST(ImmpPayload, TheLargestPieceFitsItsStanza) {
    BundlePiece piece{kBundleId, 0, kMaxPieceBytes, Bytes(kMaxPieceBytes)};
    EXPECT_LT(bundle_piece(piece).size() + 1'024, 400U * 1'024);
}

TEST(ImmpPayload, RefusesAPieceOfAnotherForm) {
    const std::string forms[] = {
        bundle("at='0' of='5'"),
        bundle("id='x' at='0' of='5'"),
        bundle("id='0B7E2A4E-5A1C-4B7E-9D55-0123456789AB' at='0' of='5'"),
        bundle(id() + "of='5'"),
        bundle(id() + "at='0'"),
        bundle(id() + "at='' of='5'"),
        bundle(id() + "at='00' of='5'"),
        bundle(id() + "at='+0' of='5'"),
        bundle(id() + "at='-1' of='5'"),
        bundle(id() + "at=' 0' of='5'"),
        bundle(id() + "at='0x0' of='5'"),
        bundle(id() + "at='0' of='4'"),
        bundle(id() + "at='1' of='5'"),
        bundle(id() + "at='6' of='5'"),
        bundle(id() + "at='18446744073709551615' of='18446744073709551615'"),
        bundle(id() + "at='0' of='18446744073709551616'"),
        bundle(id() + "at='0' of='5'", ""),
    };
    for (const auto& form : forms) {
        const auto read = read_piece(iq_of("set", form));
        ASSERT_FALSE(read.has_value()) << form;
        EXPECT_EQ(read.error().code, 400) << form;
    }
}

TEST(ImmpPayload, QuestionsReadBack) {
    EXPECT_EQ(read_bundle_question(iq_of("get", bundle_question(kBundleId))), kBundleId);
    EXPECT_EQ(read_bundle_question(iq_of("get", "<bundle xmlns='urn:immp:1'/>")).error().code, 400);
    const auto last = read_key_question(iq_of("get", key_question("b.example", PeerLink::History::last)));
    EXPECT_EQ(last->domain, "b.example");
    EXPECT_EQ(last->history, PeerLink::History::last);
    const auto whole = read_key_question(iq_of("get", key_question("b.example", PeerLink::History::whole)));
    EXPECT_EQ(whole->history, PeerLink::History::whole);
    for (const auto* form : {"<key xmlns='urn:immp:1'/>", "<key xmlns='urn:immp:1' domain='B.example'/>",
                             "<key xmlns='urn:immp:1' domain='b.example' history='0'/>"})
        EXPECT_EQ(read_key_question(iq_of("get", form)).error().code, 400) << form;
}

TEST(ImmpPayload, RecordsReadBackInTheirOrder) {
    const auto read = read_key_answer(iq_of("result", key_answer({"IMMP-KEY 1\nold", "IMMP-KEY 1\nnew"})));
    EXPECT_THAT(*read, ElementsAre("IMMP-KEY 1\nold", "IMMP-KEY 1\nnew"));
    EXPECT_EQ(read_key_answer(iq_of("result", "")).error().code, 720);
}

// The receipt may stand in the bundle, beside it or alone (docs/xmpp.md).
TEST(ImmpPayload, FindsTheReceiptWhereverItMayStand) {
    const std::string receipt = "<receipt xmlns='urn:immp:1'>d29ybGQ=</receipt>";
    const Bytes octets{'w', 'o', 'r', 'l', 'd'};
    for (const auto& [payload, at] :
         {std::pair{bundle_answer(kBundleId, BundleStatus{9, true, octets}), 9U},
          std::pair{bundle(id() + "at='9'", "") + receipt, 9U}, std::pair{receipt, 0U}}) {
        const auto status = read_piece_answer(iq_of("result", payload), kBundleId);
        ASSERT_TRUE(status.has_value()) << payload;
        EXPECT_EQ(status->at, at);
        EXPECT_EQ(status->receipt, octets);
        EXPECT_TRUE(read_bundle_answer(iq_of("result", payload), kBundleId).has_value());
    }
}

TEST(ImmpPayload, AnAnswerAboutAnotherBundleIsNone) {
    const auto other = bundle("id='1b7e2a4e-5a1c-4b7e-9d55-0123456789ab' at='5'", "");
    EXPECT_EQ(read_piece_answer(iq_of("result", other), kBundleId).error().code, 720);
    EXPECT_EQ(read_piece_answer(iq_of("result", ""), kBundleId).error().code, 720);
    EXPECT_EQ(read_piece_answer(iq_of("result", bundle(id(), "")), kBundleId).error().code, 720);
}

TEST(ImmpPayload, AConflictTellsWhereToGoOn) {
    const auto answer = error("conflict", stored_mark(kBundleId, 65'536));
    EXPECT_EQ(read_piece_answer(iq_of("error", answer), kBundleId)->at, 65'536U);
    EXPECT_EQ(read_piece_answer(iq_of("error", error("conflict")), kBundleId).error().code, 720);
}

TEST(ImmpPayload, OnlyItemNotFoundSaysThatABundleIsUnknown) {
    const auto unknown = read_bundle_answer(iq_of("error", error("item-not-found")), kBundleId);
    ASSERT_TRUE(unknown.has_value());
    EXPECT_FALSE(unknown->known);
    const auto ours = error_payload(Error{404, "no such bundle"});
    EXPECT_FALSE(read_bundle_answer(iq_of("error", ours), kBundleId)->known);
    const auto not_served = error_payload(Error{450, "domain not served"});
    EXPECT_EQ(read_bundle_answer(iq_of("error", not_served), kBundleId).error().code, 450);
    EXPECT_EQ(read_bundle_answer(iq_of("error", error("service-unavailable")), kBundleId).error().code, 720);
}

// Whatever a server or peer says of a whole bundle, the mail waits (decisions, 7).
TEST(StanzaError, EveryErrorIsTemporary) {
    using namespace std::chrono_literals;
    const auto of = [](const std::string& payload) { return error_of(iq_of("error", payload)); };
    for (const auto* condition : {"remote-server-not-found", "remote-server-timeout", "service-unavailable",
                                  "gone", "not-allowed", "item-not-found", "undefined-condition"}) {
        EXPECT_EQ(of(error(condition)).code, 720) << condition;
        EXPECT_TRUE(of(error(condition)).temporary()) << condition;
    }
    EXPECT_EQ(of(error("resource-constraint")).code, 705);
    EXPECT_EQ(of("").code, 720);
    const auto refused = of(error_payload(Error{412, "key changed"}));
    EXPECT_EQ(refused.code, 412);
    EXPECT_TRUE(refused.temporary());
    EXPECT_EQ(of(error_payload(Error{429, "slow down", {}, 17s})).retry, 17s);
}

TEST(StanzaError, ReadsOnlyARefusalOfTheRightForm) {
    for (const auto* code : {"275", "600", "800", "0412", "+412", "412 ", "99999999999", ""}) {
        const auto payload =
            error("conflict", "<refusal xmlns='urn:immp:1' code='" + std::string(code) + "'/>");
        EXPECT_EQ(error_of(iq_of("error", payload)).code, 720) << code;
    }
    const auto forever = error("conflict", "<refusal xmlns='urn:immp:1' code='429' retry='999999'/>");
    EXPECT_LE(*error_of(iq_of("error", forever)).retry, std::chrono::hours(24));
}

TEST(StanzaError, WritesTheFieldsOfDecisions2) {
    EXPECT_THAT(error_payload(Error{429, "slow", {}, std::chrono::seconds(5)}),
                testing::AllOf(testing::HasSubstr("type='wait'"), testing::HasSubstr("code='429' e='4."),
                               testing::HasSubstr("retry='5'")));
    EXPECT_THAT(error_payload(Error{450, "no"}),
                testing::AllOf(testing::HasSubstr("type='cancel'"), testing::HasSubstr("code='450' e='5."),
                               testing::Not(testing::HasSubstr("retry"))));
}

}  // namespace
}  // namespace immp::component
