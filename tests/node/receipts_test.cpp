// Receipts that come late, twice, by themselves or forged; keys that change. What ends a message and what
// does not.
#include "tests/node/house.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

class Receipts : public TwoDomains {
  protected:
    Receipts() { raise_links(); }

    /// A mail that b.example has filed, and whose receipt a.example did not hear.
    std::string send_unheard() {
        wire_.fate = [](auto&, auto&) { return Fate::lose_reply; };
        EXPECT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "once"), {"text"}));
        EXPECT_TRUE(loop_.run_until([&] { return waits() > 0; }));
        wire_.fate = [](auto&, auto&) { return Fate::pass; };
        return wire_.pieces.back().second.bundle_id;
    }

    Bytes receipt_of(const std::string& bundle) {
        std::optional<Result<BundleStatus>> status;
        b_.node->on_bundle_question("a.example", "immp.a.example", bundle,
                                    [&](Result<BundleStatus> said) { status = std::move(said); });
        EXPECT_TRUE(loop_.run_until([&] { return status.has_value(); }));
        return (*status)->receipt;
    }

    /// What a.example answers to a receipt that comes by itself.
    int tell(Bytes receipt) {
        std::optional<int> code;
        a_.node->on_receipt("b.example", std::move(receipt),
                            [&](Result<void> taken) { code = taken ? 0 : taken.error().code; });
        EXPECT_TRUE(loop_.run_until([&] { return code.has_value(); }));
        return code.value_or(-1);
    }

    /// The pauses that a.example made for b.example.
    [[nodiscard]] std::ptrdiff_t waits() const {
        return std::ranges::count_if(
            a_.log, [](const auto& line) { return line.starts_with("mail to b.example waits"); });
    }

    /// Pauses that begin in the next ten minutes.
    std::ptrdiff_t waits_of_ten_minutes() {
        const auto before = waits();
        for (int minute = 0; minute < 10; ++minute) {
            loop_.advance(1min);
            (void)a_.outbox_rows();
        }
        return waits() - before;
    }
};

TEST_F(Receipts, OneThatComesByItselfEndsTheMailAndTheAsking) {
    const std::string bundle = send_unheard();
    EXPECT_EQ(tell(receipt_of(bundle)), 0);
    EXPECT_EQ(a_.outbox_rows(), 0u);
    EXPECT_EQ(waits_of_ten_minutes(), 0);
    EXPECT_EQ(b_.index("bob@b.example").size(), 1u);
}

TEST_F(Receipts, OneThatComesTwiceAtOnceIsBookedOnce) {
    const std::string bundle = send_unheard();
    const Bytes receipt = receipt_of(bundle);
    // The question for it is under way when it comes by itself.
    a_.node->on_peer_seen("b.example");
    int taken = 0;
    for (int i = 0; i < 2; ++i)
        a_.node->on_receipt("b.example", receipt, [&](Result<void> done) { taken += done ? 1 : 0; });
    ASSERT_TRUE(loop_.run_until([&] { return taken == 2; }));
    EXPECT_EQ(a_.outbox_rows(), 0u);
    EXPECT_EQ(waits_of_ten_minutes(), 0);
    EXPECT_TRUE(a_.index("alice@a.example").empty());
}

TEST_F(Receipts, ForgedOneIs422AndTheTrueOneIsStillAskedFor) {
    const std::string bundle = send_unheard();
    std::string text(as_text(receipt_of(bundle)));
    const auto signature = text.find('\n', text.find('\n') + 1) + 1;
    text[signature] = text[signature] == 'A' ? 'B' : 'A';
    EXPECT_EQ(tell(Bytes(text.begin(), text.end())), 422);
    EXPECT_EQ(a_.outbox_rows(), 1u);
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return a_.outbox_rows() == 0; }));
    EXPECT_TRUE(a_.index("alice@a.example").empty());
}

TEST_F(Receipts, PeerThatGivesThemOnlyWhenAskedGetsItsMailAndItsEcho) {
    wire_.fate = [](auto&, auto&) { return Fate::withhold_receipt; };
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "once"), {"text"}));
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return a_.outbox_rows() == 0; }));
    EXPECT_EQ(b_.index("bob@b.example").size(), 1u);
    std::optional<Result<std::chrono::milliseconds>> echo;
    a_.node->echo("b.example", [&](auto result) { echo = std::move(result); });
    ASSERT_TRUE(loop_.advance_until(1s, [&] {
        (void)a_.outbox_rows();
        return echo.has_value();
    }));
    EXPECT_TRUE(*echo) << echo->error().text;
}

/// b.example as it was at first contact, and another one in its place.
class ChangedKey : public Receipts {
  protected:
    ChangedKey() {
        EXPECT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "first"), {"text"}));
        EXPECT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; }));
        other_.emplace(wire_, "b.example", directory_ / "b2");
        other_->add_account("bob@b.example");
        other_->link_up();
        a_.restart();
        a_.link_up();
        EXPECT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "second"), {"text"}));
        EXPECT_TRUE(loop_.run_until([&] { return waits() == 1; }));
    }

    std::optional<House> other_;
};

TEST_F(ChangedKey, PolicyPauseIsShortenedByNothingThatThePeerDoes) {
    a_.node->on_peer_seen("b.example");
    a_.link_down();
    a_.link_up();
    for (int second = 0; second < 200; ++second) {  // The first pause is at least 4 minutes.
        loop_.advance(1s);
        (void)a_.outbox_rows();
    }
    EXPECT_EQ(waits(), 1);
    EXPECT_TRUE(other_->index("bob@b.example").empty());
}

TEST_F(ChangedKey, AcceptedPinEndsThePauseAtTheNextLook) {
    loop_.advance(1s);
    ASSERT_TRUE(a_.in_store<Done>([now = loop_.now()](Transaction& transaction) -> Result<Done> {
        Pin pin = **transaction.keys().pin("b.example");
        pin.record = std::exchange(pin.offered, {});
        pin.state = PinState::trusted;
        pin.changed = now;
        auto saved = transaction.keys().save_pin(pin);
        if (!saved) return std::unexpected(saved.error());
        return Done{};
    }));
    // The next look comes within half a minute; from then on nothing needs the clock.
    for (int second = 0; second < 65; ++second) {
        loop_.advance(1s);
        static_cast<void>(a_.outbox_rows());
    }
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; })) << "the pause is at least 4 minutes";
    EXPECT_EQ(other_->index("bob@b.example").size(), 1u);
}

}  // namespace
}  // namespace immp::bridge
