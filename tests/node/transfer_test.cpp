// Pieces whose answers come late, fail or send the sender back: a bundle is always on its way, or put off.
#include "armor/base64.hpp"
#include "tests/node/unsafe_disk.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

class Transfers : public UnsafeDisk {
  protected:
    Transfers() { get_acquainted(); }

    /// The pieces of a.example's that hold a head: how often a bundle was begun.
    [[nodiscard]] std::ptrdiff_t begun() const {
        return std::ranges::count_if(
            wire_.pieces, [](const auto& sent) { return sent.first == "a.example" && sent.second.at == 0; });
    }
};

TEST_F(Transfers, SentBackWithAllOtherAnswersLostItGoesOn) {
    wire_.pieces.clear();
    wire_.fate = [this, is_first = true](auto&, const BundlePiece& piece) mutable {
        if (piece.at == 0) return Fate::pass;
        if (!std::exchange(is_first, false)) return begun() == 1 ? Fate::lose_reply : Fate::pass;
        // b.example forgets what it has, and is slow to say so: the whole window is under way by then.
        disk_.hold_syncs("/b/");
        b_.store->write<Done>(
            [id = piece.bundle_id](Transaction& transaction) -> Result<Done> {
                auto dropped = transaction.bundles().drop_incoming("immp.a.example", id);
                if (!dropped) return std::unexpected(std::move(dropped.error()));
                return Done{};
            },
            [](Result<Done> dropped) { EXPECT_TRUE(dropped); });
        return Fate::pass;
    };
    const std::string large = armor::encode_base64(armor::random_bytes(300'000));
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "large"), {large}));
    ASSERT_TRUE(loop_.run_until([&] { return wire_.pieces.size() == 5; }));
    disk_.release();
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; }));
    EXPECT_EQ(begun(), 2);
    EXPECT_EQ(b_.index("bob@b.example").size(), 2u);
}

TEST_F(Transfers, BundleInHandIsNotTakenUpAgainWhenTheClockJumpsOverItsLease) {
    wire_.fate = [](auto&, auto&) { return Fate::lose; };
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "once"), {"text"}));
    ASSERT_TRUE(loop_.run_until([&] {
        return std::ranges::any_of(a_.log, [](const auto& line) { return line.contains("waits"); });
    }));
    b_.is_reachable = false;
    // The machine slept.
    for (int i = 0; i < 3; ++i) {
        loop_.advance(kLease + 1min);
        (void)a_.outbox_rows();
    }
    wire_.pieces.clear();
    wire_.fate = [](auto&, auto&) { return Fate::pass; };
    b_.is_reachable = true;
    a_.link_down();
    a_.link_up();
    // The transfer that failed last may begin its pause only now.
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return a_.outbox_rows() == 0; }));
    EXPECT_EQ(begun(), 1);
    EXPECT_EQ(b_.index("bob@b.example").size(), 2u);
}

}  // namespace
}  // namespace immp::bridge
