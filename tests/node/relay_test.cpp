// What a gateway passes on, and what it refuses.
#include "bridge/node/relay.hpp"

#include "armor/base64.hpp"
#include "armor/receipt.hpp"
#include "tests/node/gateway.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

TEST_F(Gateway, MailAndReceiptsCrossItBothWays) {
    const std::string text = armor::encode_base64(armor::random_bytes(300'000));
    ASSERT_TRUE(c_.submit(mail("cecil@c.example", {"bob@b.example"}, "out"), {text}));
    ASSERT_TRUE(
        loop_.run_until([&] { return b_.index("bob@b.example").size() == 1 && c_.outbox_rows() == 0; }));
    EXPECT_EQ(b_.fetch("bob@b.example", b_.index("bob@b.example")[0].id, FetchForm::part, "body"), text);
    ASSERT_TRUE(b_.submit(mail("bob@b.example", {"cecil@c.example", "nobody@c.example"}, "in"), {text}));
    ASSERT_TRUE(
        loop_.run_until([&] { return c_.index("cecil@c.example").size() == 1 && b_.outbox_rows() == 0; }));
    EXPECT_EQ(b_.index("bob@b.example").size(), 2u) << "and the bounce for nobody";
    EXPECT_TRUE(a_.index("alice@a.example").empty());
}

TEST_F(Gateway, ItAddsOneSignedLineAndChangesNothingElse) {
    ASSERT_TRUE(c_.submit(mail("cecil@c.example", {"bob@b.example"}, "out"), {"text"}));
    ASSERT_TRUE(loop_.run_until([&] { return c_.outbox_rows() == 0; }));
    const auto heads = passed_on();
    ASSERT_EQ(heads.size(), 1u);
    ASSERT_EQ(heads[0].hops.size(), 1u);
    EXPECT_EQ(heads[0].hops[0].domain, "a.example");
    const auto record = armor::Record::parse(as_bytes(keys_of(a_)->record.text()));
    EXPECT_TRUE(armor::verify_hop(armor::bundle_digest(heads[0]), heads[0].hops, 0, *record));
    armor::Head before = heads[0];
    before.hops.clear();
    const auto sent = armor::parse_head(wire_.pieces.front().second.octets);
    EXPECT_EQ(armor::head_text(before), armor::head_text((*sent)->head));
}

TEST_F(Gateway, AReceiptThatComesByItselfIsPassedOn) {
    wire_.fate = [](const std::string& from, auto&) {
        return from == "b.example" ? Fate::withhold_receipt : Fate::pass;
    };
    ASSERT_TRUE(b_.submit(mail("bob@b.example", {"cecil@c.example"}, "in"), {"text"}));
    ASSERT_TRUE(loop_.run_until([&] { return c_.index("cecil@c.example").size() == 1; }));
    EXPECT_EQ(b_.outbox_rows(), 1u);
    const auto id = wire_.pieces.front().second.bundle_id;
    auto given = c_.in_store<std::optional<Bundles::Given>>(
        [&](Transaction& transaction) { return transaction.bundles().receipt("b.example", id); });
    ASSERT_TRUE(given && *given);
    std::optional<Result<void>> said;
    a_.node->on_receipt("c.example", (*given)->receipt,
                        [&](Result<void> result) { said = std::move(result); });
    ASSERT_TRUE(loop_.run_until([&] { return said.has_value(); }));
    EXPECT_TRUE(*said) << said->error().text;
    EXPECT_EQ(b_.outbox_rows(), 0u);
}

TEST_F(Gateway, ItPassesNothingOnBetweenOthers) {
    House d(wire_, "d.example", directory_ / "d");
    const EmptyBundle bundle = sealed(b_, d);
    EXPECT_EQ(bring(a_, "b.example", bundle, bundle.octets).error().code, 450);
}

TEST_F(Gateway, WhoeverBringsItMustSpeakForItsOrigin) {
    const EmptyBundle bundle = sealed(b_, c_);
    EXPECT_EQ(bring(a_, "d.example", bundle, bundle.octets).error().code, 403) << "at the gateway";
    EXPECT_EQ(bring(c_, "d.example", bundle, bundle.octets).error().code, 403) << "at the destination";
    EXPECT_TRUE(bring(c_, "a.example", bundle, bundle.octets)) << "its gateway may";
}

TEST_F(Gateway, WhatWasHereGoesNoFurther) {
    const EmptyBundle bundle = sealed(c_, b_);
    const auto keys = keys_of(a_);
    auto parsed = armor::parse_head(bundle.octets);
    armor::Head head = (*parsed)->head;
    head.hops.push_back(*armor::make_hop(armor::bundle_digest(head), {}, "a.example", loop_.now(),
                                         keys->record.fingerprint(), keys->signing));
    const std::string text = armor::head_text(head);
    Bytes octets(text.begin(), text.end());
    octets.insert(octets.end(), bundle.octets.begin() + static_cast<std::ptrdiff_t>(bundle.head_bytes),
                  bundle.octets.end());
    EXPECT_EQ(bring(a_, "c.example", bundle, octets).error().code, 452);
}

TEST_F(Gateway, ARestartUnderWayBeginsAnew) {
    c_.link->piece_bytes_ = 64 * 1024;
    int pieces = 0;
    wire_.fate = [&](const std::string& from, auto&) {
        if (from == "c.example" && ++pieces == 3) a_.is_reachable = false;
        return Fate::pass;
    };
    const std::string text = armor::encode_base64(armor::random_bytes(300'000));
    ASSERT_TRUE(c_.submit(mail("cecil@c.example", {"bob@b.example"}, "out"), {text}));
    ASSERT_TRUE(loop_.run_until([&] { return pieces >= 3; }));
    a_.restart();
    a_.is_reachable = true;
    a_.link_up();
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return c_.outbox_rows() == 0; }));
    EXPECT_EQ(b_.index("bob@b.example").size(), 1u);
}

TEST_F(Gateway, AGatewayThatIsBackBringsWhatWaitsForThoseBehindIt) {
    a_.is_reachable = false;
    ASSERT_TRUE(c_.submit(mail("cecil@c.example", {"bob@b.example"}, "out"), {"text"}));
    for (int i = 0; i < 100; ++i) {
        loop_.advance(5s);
        (void)c_.outbox_rows();
    }
    a_.is_reachable = true;
    c_.node->on_peer_seen("a.example");
    ASSERT_TRUE(loop_.run_until([&] { return c_.outbox_rows() == 0; }));
    EXPECT_EQ(b_.index("bob@b.example").size(), 1u);
}

TEST_F(Gateway, ADestinationThatIsAwayIsTriedAgain) {
    b_.is_reachable = false;
    ASSERT_TRUE(c_.submit(mail("cecil@c.example", {"bob@b.example"}, "out"), {"text"}));
    for (int i = 0; i < 50; ++i)
        loop_.advance(5s);
    b_.is_reachable = true;
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return c_.outbox_rows() == 0; }));
    EXPECT_EQ(b_.index("bob@b.example").size(), 1u);
    EXPECT_TRUE(c_.index("cecil@c.example").empty()) << "no bounce";
}

}  // namespace
}  // namespace immp::bridge
