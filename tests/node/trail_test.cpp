// What the readers of mail are told of the relays through which it came.
#include "bridge/node/trail.hpp"

#include "armor/base64.hpp"
#include "armor/receipt.hpp"
#include "armor/time_text.hpp"
#include "bridge/wire/json_value.hpp"
#include "tests/node/gateway.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

/// Mail of c.example for b.example, through a.example.
class Trail : public Gateway {
  protected:
    /// A bundle as the gateway passed it on, with one message.
    struct Caught {
        armor::Head head;
        Bytes payload;
    };

    void send(House& from, const std::string& sender, const std::string& recipient,
              const std::string& text = "text") {
        ASSERT_TRUE(from.submit(mail(sender, {recipient}, "hello"), {text}));
    }
    /// b.example has the gateway's record from mail of its own.
    void acquaint() {
        send(a_, "alice@a.example", "dave@b.example");
        ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; }));
    }
    std::string fetch(const std::string& account, FetchForm form = FetchForm::json) {
        const auto entries = b_.index(account);
        EXPECT_EQ(entries.size(), 1u);
        return entries.empty() ? "" : b_.fetch(account, entries.front().id, form);
    }
    /// "domain time" of each relay, and `+` where it is verified.
    std::vector<std::string> relays(const std::string& account) {
        const auto json = JsonValue::parse(fetch(account));
        EXPECT_TRUE(json);
        std::vector<std::string> texts;
        for (const JsonValue& hop : json->member("envelope").member("received-via").items())
            texts.push_back((hop.flag("verified") ? "+" : "") + hop.text("domain") + " " +
                            hop.text("timestamp"));
        return texts;
    }
    /// What the gateway passes on from now on arrives nowhere.
    void hold_at_the_gateway() {
        wire_.fate = [](const std::string& from, auto&) {
            return from == "a.example" ? Fate::lose : Fate::pass;
        };
    }
    /// What it passed on of c.example's, in one piece each.
    std::vector<Caught> caught() {
        std::vector<Caught> bundles;
        for (const auto& [from, piece] : wire_.pieces) {
            if (from != "a.example" || piece.octets.size() != piece.of) continue;
            auto parsed = armor::parse_head(piece.octets);
            if (!parsed || !*parsed || (*parsed)->head.route.origin != "c.example") continue;
            const auto payload = ByteView(piece.octets).subspan((*parsed)->head_bytes);
            bundles.push_back({(*parsed)->head, Bytes(payload.begin(), payload.end())});
        }
        return bundles;
    }
    Result<BundleStatus> bring_to_b(const Caught& bundle) {
        const std::string text = armor::head_text(bundle.head);
        Bytes octets(text.begin(), text.end());
        octets.insert(octets.end(), bundle.payload.begin(), bundle.payload.end());
        return bring(b_, "a.example", EmptyBundle{bundle.head.route.bundle_id, {}, text.size()}, octets);
    }
};

TEST_F(Trail, ReadersSeeTheRelayAndWhetherItsLineHolds) {
    send(c_, "cecil@c.example", "bob@b.example");
    ASSERT_TRUE(loop_.run_until([&] { return c_.outbox_rows() == 0; }));
    const std::string now = armor::time_text(loop_.now());
    EXPECT_EQ(relays("bob@b.example"), std::vector{"a.example " + now}) << "nothing is pinned of the relay";
    EXPECT_NE(
        fetch("bob@b.example", FetchForm::mime).find("X-IMMP-Received-Via: a.example\r\n (not verified)"),
        std::string::npos);
    acquaint();
    EXPECT_TRUE(relays("dave@b.example").empty()) << "the gateway's own mail has no relay";
    ASSERT_TRUE(b_.ask(*b_.node->make_desk(),
                       RemoveMessage{"bob@b.example", "/INBOX", b_.index("bob@b.example")[0].id}));
    // In pieces: the head is read again from the store.
    send(c_, "cecil@c.example", "bob@b.example", armor::encode_base64(armor::random_bytes(300'000)));
    ASSERT_TRUE(loop_.run_until([&] { return c_.outbox_rows() == 0; }));
    EXPECT_EQ(relays("bob@b.example"), std::vector{"+a.example " + now});
}

TEST_F(Trail, ALineThatDoesNotHoldIsShownAsNotVerified) {
    acquaint();
    hold_at_the_gateway();
    send(c_, "cecil@c.example", "bob@b.example");
    ASSERT_TRUE(loop_.run_until([&] { return caught().size() == 1; }));
    Caught bundle = caught().front();
    auto& hops = bundle.head.hops;
    const armor::Digest digest = armor::bundle_digest(bundle.head);
    const auto keys = keys_of(a_);
    const auto add = [&](const std::string& domain, const armor::Digest& record, const auto& signer) {
        hops.push_back(*armor::make_hop(digest, hops, domain, loop_.now(), record, signer));
    };
    const auto stranger = armor::SigningPair::generate();
    add("evil.example", keys->record.fingerprint(), stranger);              // nothing is pinned of it
    add("a.example", keys->record.fingerprint(), stranger);                 // signed by another key
    add("a.example", armor::hash("IMMP1 test", {"other"}), keys->signing);  // another record
    add("a.example", keys->record.fingerprint(), keys->signing);
    hops.back().time -= 1h;  // altered
    add("a.example", keys->record.fingerprint(), keys->signing);
    const auto status = bring_to_b(bundle);
    ASSERT_TRUE(status) << status.error().text;
    EXPECT_EQ(armor::parse_receipt(status->receipt)->code, 275);
    std::vector<std::string> domains;
    for (const std::string& relay : relays("bob@b.example"))
        domains.push_back(relay.substr(0, relay.find(' ')));
    EXPECT_EQ(domains, (std::vector<std::string>{"+a.example", "evil.example", "a.example", "a.example",
                                                 "a.example", "+a.example"}));
}

TEST_F(Trail, ALineThatIsLeftOutIsNotMissed) {
    acquaint();
    hold_at_the_gateway();
    send(c_, "cecil@c.example", "bob@b.example");
    ASSERT_TRUE(loop_.run_until([&] { return caught().size() == 1; }));
    Caught bundle = caught().front();
    bundle.head.hops.clear();
    ASSERT_TRUE(bring_to_b(bundle));
    EXPECT_EQ(fetch("bob@b.example").find("received-via"), std::string::npos);
    EXPECT_EQ(fetch("bob@b.example", FetchForm::mime).find("X-IMMP-Received-Via"), std::string::npos);
}

TEST_F(Trail, ARepeatByAnotherWayIsTheSameMessage) {
    hold_at_the_gateway();
    send(c_, "cecil@c.example", "bob@b.example");
    const auto is_sealed_anew = [&] {
        (void)c_.outbox_rows();
        const auto bundles = caught();
        return bundles.size() > 1 &&
               bundles.front().head.route.bundle_id != bundles.back().head.route.bundle_id;
    };
    ASSERT_TRUE(loop_.advance_until(10min, is_sealed_anew)) << "after a day";
    const Caught first = caught().front();
    const Caught anew = caught().back();
    const auto filed = bring_to_b(first);
    ASSERT_TRUE(filed) << filed.error().text;
    const auto trail = relays("bob@b.example");
    EXPECT_EQ(trail.size(), 1u);
    Caught direct = first;
    direct.head.hops.clear();
    EXPECT_EQ(bring_to_b(direct)->receipt, filed->receipt) << "the same bundle";
    ASSERT_NE(anew.head.hops, first.head.hops);
    EXPECT_EQ(armor::parse_receipt(bring_to_b(anew)->receipt)->code, 275) << "the same message in another";
    EXPECT_EQ(relays("bob@b.example"), trail) << "of what was filed";
}

TEST_F(Trail, WhatARuleForwardsHasNone) {
    Rule forwarding;
    forwarding.name = "forward";
    forwarding.forward = "dave@b.example";
    ASSERT_TRUE(b_.ask(*b_.node->make_desk(), AddRule{"bob@b.example", forwarding, ""}));
    send(c_, "cecil@c.example", "bob@b.example");
    ASSERT_TRUE(loop_.run_until([&] { return c_.outbox_rows() == 0; }));
    EXPECT_EQ(relays("bob@b.example").size(), 1u);
    EXPECT_TRUE(relays("dave@b.example").empty());
}

}  // namespace
}  // namespace immp::bridge
