// What another domain's server brings through a session of its own: cookies both ways, bundles and receipts.
#include <set>

#include "armor/base64.hpp"
#include "armor/receipt.hpp"
#include "bridge/node/peer_entrance.hpp"
#include "tests/node/empty_bundle.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

const Bytes kPeerSession(32, 0x5a);

class Entrance : public TwoDomains {
  protected:
    Entrance() {
        raise_links();
        keys_ = keys_of(a_);
    }

    /// b.example's question about a cookie that its session was shown, from an address.
    Answer confirm(const std::string& cookie, const std::string& issuer = "a.example",
                   const std::string& address = "192.0.2.1", const Bytes& session = kPeerSession) {
        auto desk = b_.node->make_desk({address});
        return b_.ask(*desk, ConfirmCookie{issuer, cookie, session});
    }
    std::string cookie_for(const std::string& receiver) {
        return a_.node->issue_cookie(receiver, kPeerSession);
    }

    /// a.example's bundle without an item, as it is brought to b.example.
    Answer bring(const Bytes& octets, const std::string& peer = "a.example",
                 const std::string& destination = "b.example") {
        desk_ = b_.node->make_desk();
        desk_->part_octets({1, 0, std::string(as_text(octets))});
        return b_.ask(*desk_, TakeBundle{1, peer, destination, 0});
    }
    EmptyBundle sealed() {
        const auto there = keys_of(b_);
        return seal_empty({"a.example", "b.example", armor::random_uuid(), keys_->record.fingerprint(),
                           there->record.fingerprint()},
                          *keys_, there->record, loop_.now());
    }

    HeldKeysPtr keys_;
    std::unique_ptr<SessionHost> desk_;
};

TEST_F(Entrance, TheIssuerConfirmsItsCookieOnce) {
    const std::string cookie = cookie_for("b.example");
    EXPECT_TRUE(confirm(cookie));
    const Answer again = confirm(cookie);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, 421);
    EXPECT_FALSE(again.error().temporary()) << "the issuer said no";
}

TEST_F(Entrance, ACookieOfAnotherSessionOrReceiverIsNone) {
    const Answer session = confirm(cookie_for("b.example"), "a.example", "192.0.2.1", Bytes(32, 1));
    EXPECT_EQ(session.error().code, 421);
    const Answer receiver = confirm(cookie_for("c.example"));
    EXPECT_EQ(receiver.error().code, 421);
    const std::string old = cookie_for("b.example");
    loop_.advance(kCookieLife);
    EXPECT_EQ(confirm(old).error().code, 421);
}

TEST_F(Entrance, NobodyAsksForAnotherReceiver) {
    std::optional<Result<void>> said;
    a_.node->on_cookie_question("c.example", {cookie_for("b.example"), "b.example", kPeerSession},
                                [&](Result<void> result) { said = std::move(result); });
    ASSERT_TRUE(said);
    EXPECT_EQ(said->error().code, 403);
}

TEST_F(Entrance, AnIssuerThatDoesNotAnswerIsAskedLater) {
    a_.is_reachable = false;
    const Answer answer = confirm(cookie_for("b.example"));
    EXPECT_EQ(answer.error().code, 421);
    EXPECT_TRUE(answer.error().temporary());
}

TEST_F(Entrance, TheEleventhInAMinuteIs429ForAnIssuerAndForAnAddress) {
    for (std::uint32_t count = 0; count < kCookiesAMinute; ++count)
        EXPECT_EQ(confirm(std::string(64, '0'), "a.example", "192.0.2." + std::to_string(count)).error().code,
                  421);
    const Answer issuer = confirm(cookie_for("b.example"), "a.example", "192.0.2.99");
    EXPECT_EQ(issuer.error().code, 429);
    EXPECT_EQ(issuer.error().retry, 60s);
    for (std::uint32_t count = 0; count < kCookiesAMinute; ++count)
        EXPECT_EQ(confirm(std::string(64, '0'), "x" + std::to_string(count) + ".example", "192.0.2.77")
                      .error()
                      .code,
                  421);
    EXPECT_EQ(confirm(std::string(64, '0'), "y.example", "192.0.2.77").error().code, 429);
    loop_.advance(60s);
    EXPECT_TRUE(confirm(cookie_for("b.example"), "a.example", "192.0.2.77"));
}

TEST_F(Entrance, ASessionChecksACookieOfOurs) {
    auto desk = a_.node->make_desk();
    const std::string cookie = cookie_for("b.example");
    EXPECT_TRUE(a_.ask(*desk, CheckCookie{cookie, "b.example", kPeerSession}));
    EXPECT_EQ(a_.ask(*desk, CheckCookie{cookie, "b.example", kPeerSession}).error().code, 421);
    EXPECT_EQ(a_.ask(*desk, CheckCookie{cookie_for("b.example"), "c.example", kPeerSession}).error().code,
              421);
}

TEST_F(Entrance, ABundleIsFiledAndItsReceiptIsTheSameEachTime) {
    const EmptyBundle bundle = sealed();
    const Answer taken = bring(bundle.octets);
    ASSERT_TRUE(taken) << taken.error().text;
    const auto& first = std::get<TakenBundle>(*taken);
    EXPECT_EQ(first.id, bundle.id);
    const auto receipt = armor::parse_receipt(as_bytes(first.receipt));
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->code, 275);
    const Answer again = bring(bundle.octets);
    ASSERT_TRUE(again);
    EXPECT_EQ(std::get<TakenBundle>(*again).receipt, first.receipt);
}

TEST_F(Entrance, WhatTheReaderRefusesIsRefusedByItsCode) {
    const EmptyBundle bundle = sealed();
    EXPECT_EQ(bring(bundle.octets, "c.example").error().code, 403) << "not the session's own";
    EXPECT_EQ(bring(bundle.octets, "a.example", "c.example").error().code, 400) << "not what was announced";
    EXPECT_EQ(bring({'x'}).error().code, 400);
    EXPECT_EQ(bring({}).error().code, 400);
    Bytes cut(bundle.octets.begin(), bundle.octets.end() - 1);
    EXPECT_EQ(bring(cut).error().code, 400);
    Bytes touched = bundle.octets;
    touched.back() ^= 1;
    EXPECT_EQ(bring(touched).error().code, 423) << "signed, and given by its code";
    EXPECT_TRUE(bring(bundle.octets));
}

TEST_F(Entrance, ALongBundleGoesPieceByPieceOnTheSameWay) {
    // Its octets are those that the link carried; they were lost there.
    wire_.fate = [](auto&, auto&) { return Fate::lose; };
    a_.link->piece_bytes_ = 64u << 20;
    const std::string picture = armor::encode_base64(armor::random_bytes(700'000));
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "long"), {picture}));
    ASSERT_TRUE(loop_.run_until([&] { return !wire_.pieces.empty(); }));
    const Bytes whole = wire_.pieces.front().second.octets;
    ASSERT_EQ(whole.size(), wire_.pieces.front().second.of);
    ASSERT_GT(whole.size(), 2 * kChunkBytes);
    const Answer taken = bring(whole);
    ASSERT_TRUE(taken) << taken.error().text;
    const auto inbox = b_.index("bob@b.example");
    ASSERT_EQ(inbox.size(), 1u);
    EXPECT_EQ(b_.fetch("bob@b.example", inbox[0].id, FetchForm::part, "body"), picture);
    // The receipt comes back by a session, too; and the mail goes nowhere any more.
    auto desk = a_.node->make_desk();
    const std::string receipt = std::get<TakenBundle>(*taken).receipt;
    desk->part_octets({7, 0, receipt});
    EXPECT_TRUE(a_.ask(*desk, TakeReceipt{7, "b.example", 0}));
    EXPECT_EQ(a_.outbox_rows(), 0u);
    EXPECT_TRUE(bring(whole));
    EXPECT_EQ(b_.index("bob@b.example").size(), 1u);
}

TEST_F(Entrance, AReceiptThatIsNoneIsRefused) {
    auto desk = a_.node->make_desk();
    desk->part_octets({1, 0, "IMMP-RECEIPT 2\n"});
    EXPECT_EQ(a_.ask(*desk, TakeReceipt{1, "b.example", 0}).error().code, 400);
    desk->part_octets({2, 0, std::string(armor::kMaxReceiptBytes + 1, 'x')});
    EXPECT_EQ(a_.ask(*desk, TakeReceipt{2, "b.example", 0}).error().code, 413);
}

}  // namespace
}  // namespace immp::bridge
