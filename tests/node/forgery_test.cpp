// Bundles that must not be believed, each refused for its own reason (docs/envelope.md, Reader).
#include "armor/receipt.hpp"
#include "bridge/node/sealing.hpp"
#include "tests/node/empty_bundle.hpp"

namespace immp::bridge {
namespace {

class Forgery : public TwoDomains {
  protected:
    Forgery() { raise_links(); }

    /// A bundle sealed by `signer` under the given route.
    Bytes bundle(const HeldKeys& signer, const std::string& origin, const std::string& destination,
                 Time time) {
        const auto there = keys_of(b_);
        EmptyBundle made = seal_empty({origin, destination, armor::random_uuid(), signer.record.fingerprint(),
                                       there->record.fingerprint()},
                                      signer, there->record, time);
        id_ = made.id;
        return made.octets;
    }

    /// What b.example says to it: the error's code, or the receipt's.
    int send(const std::string& from, Bytes octets) {
        std::optional<Result<BundleStatus>> status;
        const std::uint64_t of = octets.size();
        b_.node->on_piece(from, "immp." + from, BundlePiece{id_, 0, of, std::move(octets)},
                          [&](Result<BundleStatus> said) { status = std::move(said); });
        EXPECT_TRUE(loop_.run_until([&] { return status.has_value(); }));
        if (!*status) return status->error().code;
        if ((*status)->receipt.empty()) return 0;
        auto receipt = armor::parse_receipt((*status)->receipt);
        return receipt ? receipt->code : -1;
    }

    std::string id_;
};

TEST_F(Forgery, TrueBundleIsOpened) {
    const auto keys = keys_of(a_);
    EXPECT_EQ(send("a.example", bundle(*keys, "a.example", "b.example", loop_.now())), 275);
}

TEST_F(Forgery, AnotherDomainsNameIs403) {
    const auto keys = keys_of(a_);
    EXPECT_EQ(send("c.example", bundle(*keys, "a.example", "b.example", loop_.now())), 403);
}

TEST_F(Forgery, AnotherDestinationIs450) {
    const auto keys = keys_of(a_);
    const Bytes octets = [&] {
        const auto there = keys_of(a_);
        const armor::Route route{"a.example", "a.example", armor::random_uuid(), keys->record.fingerprint(),
                                 there->record.fingerprint()};
        const auto key = armor::ContentKey::random();
        armor::PayloadSealer sealer(key, route);
        const Bytes payload = sealer.finish();
        auto head = armor::make_head(route, key, sealer.sum(), there->record, keys->signing, loop_.now());
        id_ = route.bundle_id;
        const std::string text = armor::head_text(*head);
        Bytes all(text.begin(), text.end());
        all.insert(all.end(), payload.begin(), payload.end());
        return all;
    }();
    EXPECT_EQ(send("a.example", octets), 450);
}

TEST_F(Forgery, StrangersKeyIs412) {
    House c(wire_, "c.example", directory_ / "c");
    const auto stranger = keys_of(c);
    EXPECT_EQ(send("a.example", bundle(*stranger, "a.example", "b.example", loop_.now())), 412);
}

TEST_F(Forgery, PinnedKeyIsBelievedWhileThePeerShowsAnother) {
    const auto pinned = keys_of(a_);
    EXPECT_EQ(send("a.example", bundle(*pinned, "a.example", "b.example", loop_.now())), 275);
    House other(wire_, "a.example", directory_ / "a2");
    const auto shown = keys_of(other);
    b_.restart();
    EXPECT_EQ(send("a.example", bundle(*pinned, "a.example", "b.example", loop_.now())), 275);
    EXPECT_EQ(send("a.example", bundle(*shown, "a.example", "b.example", loop_.now())), 412);
    EXPECT_EQ(send("a.example", bundle(*pinned, "a.example", "b.example", loop_.now())), 275);
}

TEST_F(Forgery, TouchedHeaderIs422) {
    const auto keys = keys_of(a_);
    Bytes octets = bundle(*keys, "a.example", "b.example", loop_.now());
    // Another digit in the payload's digest: the form stays right, the signature no longer holds.
    std::string text(as_text(octets));
    const auto at = text.find("immp-payload") + 22;
    text[at] = text[at] == 'a' ? 'b' : 'a';
    EXPECT_EQ(send("a.example", Bytes(text.begin(), text.end())), 422);
}

TEST_F(Forgery, TouchedPayloadIs423) {
    const auto keys = keys_of(a_);
    Bytes octets = bundle(*keys, "a.example", "b.example", loop_.now());
    octets.back() ^= 1;
    EXPECT_EQ(send("a.example", octets), 423);
}

TEST_F(Forgery, OldAndFutureTimesAre424) {
    const auto keys = keys_of(a_);
    using namespace std::chrono_literals;
    EXPECT_EQ(send("a.example", bundle(*keys, "a.example", "b.example", loop_.now() - 8 * 24h)), 424);
    EXPECT_EQ(send("a.example", bundle(*keys, "a.example", "b.example", loop_.now() + 11min)), 424);
}

TEST_F(Forgery, ReplayGetsTheSameReceiptAndAnotherBundleUnderTheIdIs424) {
    const auto keys = keys_of(a_);
    const Bytes first = bundle(*keys, "a.example", "b.example", loop_.now());
    EXPECT_EQ(send("a.example", first), 275);
    EXPECT_EQ(send("a.example", first), 275);
    const std::string used = id_;
    Bytes second = bundle(*keys, "a.example", "b.example", loop_.now());
    std::string text(as_text(second));
    text.replace(text.find(id_), id_.size(), used);
    id_ = used;
    EXPECT_EQ(send("a.example", Bytes(text.begin(), text.end())), 424);
}

TEST_F(Forgery, PieceBeyondItsBundleIs400AndAGiantIs413) {
    std::vector<int> codes;
    const auto note = [&](Result<BundleStatus> said) { codes.push_back(said ? 0 : said.error().code); };
    b_.node->on_piece("a.example", "immp.a.example", {armor::random_uuid(), 5, 6, Bytes(10)}, note);
    b_.node->on_piece("a.example", "immp.a.example", {armor::random_uuid(), 0, 1ull << 40, Bytes(10)}, note);
    EXPECT_EQ(codes, (std::vector<int>{400, 413}));
}

}  // namespace
}  // namespace immp::bridge
