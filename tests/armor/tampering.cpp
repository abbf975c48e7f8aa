// Records, heads and receipts cut and flipped at every octet, and read in pieces: nothing is accepted that
// was not made.
#include <set>

#include <gtest/gtest.h>

#include "armor/hop.hpp"
#include "armor/key_chain.hpp"
#include "armor/receipt.hpp"
#include "tests/support/two_domains.hpp"

namespace immp::tests {
namespace {

using namespace armor;

std::string flipped(std::string text, std::size_t at) {
    text[at] = static_cast<char>(text[at] ^ (1 << at % 8));
    return text;
}

TEST(Tampering, ARecordCutOrFlippedIsNoRecord) {
    const TestDomain a = a_example();
    const auto next = SigningPair::from_seed(secret_of(0x51));
    RecordClaims claims = a.claims;
    claims.serial = 2;
    claims.sign = next.open;
    claims.previous = a.record.fingerprint();
    const Record record = Record::make(claims, next, &a.sign).value();
    const std::string text = record.text();
    std::set<std::size_t> shorter;  // without the predecessor's signature it is another, weaker record
    for (std::size_t size = 0; size < text.size(); ++size) {
        if (Record::parse(as_bytes(text.substr(0, size)))) shorter.insert(size);
    }
    EXPECT_EQ(shorter, std::set<std::size_t>{text.size() - 89});
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto read = Record::parse(as_bytes(flipped(text, at)));
        if (!read) {
            EXPECT_TRUE(std::set<int>({400, 413, 422, 423}).contains(read.error().code)) << read.error().code;
            continue;
        }
        EXPECT_GE(at, text.size() - 89) << "only the predecessor's signature is not its own";
        EXPECT_FALSE(succeeds(a.record, std::vector{*read})) << at;
    }
}

TEST(Tampering, AHeadInPiecesNeedsAllOfThem) {
    const TestDomain a = a_example(), b = b_example();
    TestBundle bundle = seal_bundle(a, b, "items");
    const TestDomain relay = test_domain("relay.example", 0x71);
    for (int hop = 0; hop < 2; ++hop) {
        bundle.head.hops.push_back(make_hop(bundle_digest(bundle.head), bundle.head.hops, relay.name,
                                            at("2026-03-01T12:00:05Z"), relay.record.fingerprint(),
                                            relay.sign)
                                       .value());
    }
    const std::string text = bundle.text();
    const std::size_t head_bytes = head_text(bundle.head).size();
    for (std::size_t size = 0; size < head_bytes; ++size) {
        const auto parsed = parse_head(as_bytes(text.substr(0, size)));
        ASSERT_TRUE(parsed) << size;
        EXPECT_FALSE(*parsed) << size;
    }
    for (const std::size_t size : {head_bytes, head_bytes + 1, text.size()}) {
        const auto parsed = parse_head(as_bytes(text.substr(0, size)));
        ASSERT_TRUE(parsed && *parsed);
        EXPECT_EQ((*parsed)->head, bundle.head);
        EXPECT_EQ((*parsed)->head_bytes, head_bytes);
    }
}

TEST(Tampering, AFlippedHeadIsRefusedByOneOfItsChecks) {
    const TestDomain a = a_example(), b = b_example();
    TestBundle bundle = seal_bundle(a, b, "items");
    bundle.head.hops.push_back(make_hop(bundle_digest(bundle.head), {}, b.name, at("2026-03-01T12:00:05Z"),
                                        b.record.fingerprint(), b.sign)
                                   .value());
    const std::string text = head_text(bundle.head);
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto parsed = parse_head(as_bytes(flipped(text, at)));
        if (!parsed || !*parsed) continue;
        const Head& head = (*parsed)->head;
        const bool accepted = verify_origin(head, a.record) && head.hops.size() == 1 &&
                              verify_hop(bundle_digest(head), head.hops, 0, b.record);
        EXPECT_FALSE(accepted) << at;
    }
}

TEST(Tampering, AHeadWithoutEndIsTooLong) {
    const std::string begin = "IMMP-BUNDLE 1\n";
    EXPECT_EQ(parse_head(as_bytes(begin + std::string(kMaxJsonLineBytes, '{'))).value(), std::nullopt);
    EXPECT_EQ(parse_head(as_bytes(begin + std::string(kMaxJsonLineBytes + 1, '{'))).error().code, 413);
    const TestBundle bundle = seal_bundle(a_example(), b_example(), "items");
    std::string text = head_text(bundle.head);
    text.pop_back();
    const std::string hop = hop_text({std::string(255, 'a'), at("2026-03-01T12:00:05Z"), {}, {}});
    EXPECT_EQ(hop.size(), kMaxHopBytes);
    for (std::size_t hops = 0; hops < kMaxHops; ++hops)
        text += hop + "\n";
    EXPECT_EQ(parse_head(as_bytes(text)).value(), std::nullopt);
    EXPECT_EQ(parse_head(as_bytes(text + "\n")).value()->head.hops.size(), kMaxHops);
    EXPECT_EQ(parse_head(as_bytes(text + hop + "\n")).error().code, 413);
    EXPECT_EQ(parse_head(as_bytes(text + std::string(kMaxHeadBytes, 'a'))).error().code, 413);
}

TEST(Tampering, AReceiptCutOrFlippedIsNoReceipt) {
    const TestDomain a = a_example(), b = b_example();
    const TestBundle sent = seal_bundle(a, b, "items");
    const std::vector<Outcome> outcomes = {{0, 0, 275, {}, {}}};
    const Receipt receipt = make_receipt(sent.head, sent.key, outcomes,
                                         {b.record.fingerprint(), b.sign, at("2026-03-01T12:00:02Z")})
                                .value();
    const std::string text = receipt_text(receipt);
    const std::uint32_t one_each[] = {1};
    const auto accepted = [&](const std::string& octets) {
        const auto read = parse_receipt(as_bytes(octets));
        return read && verify_receipt(*read, sent.head.route, bundle_digest(sent.head), b.record) &&
               open_answer(read->answer, sent.key, sent.head.route, one_each);
    };
    EXPECT_TRUE(accepted(text));
    EXPECT_FALSE(accepted(text + "x"));
    for (std::size_t at = 0; at < text.size(); ++at) {
        EXPECT_FALSE(accepted(text.substr(0, at))) << at;
        EXPECT_FALSE(accepted(flipped(text, at))) << at;
    }
}

TEST(Making, RefusesWhatCouldNotBeReadBack) {
    const TestDomain a = a_example(), b = b_example();
    RecordClaims claims = a.claims;
    claims.name = "A.example";
    EXPECT_EQ(Record::make(claims, a.sign).error().code, 400);
    EXPECT_EQ(Record::make(a.claims, b.sign).error().code, 422) << "not the pair of the claims";
    EXPECT_EQ(a.record.vouched(a.record.fingerprint(), a.sign).error().code, 400) << "a domain's record";
    Route route = test_route(a, b);
    const PayloadSum sum{sealed_bytes(512), {}};
    const auto key = secret_of(1);
    const auto noon = at("2026-03-01T12:00:00Z");
    EXPECT_TRUE(make_head(route, key, sum, b.record, a.sign, noon));
    EXPECT_EQ(make_head(route, key, sum, a.record, a.sign, noon).error().code, 412);
    EXPECT_EQ(make_head(route, key, {100, {}}, b.record, a.sign, noon).error().code, 400);
    route.bundle_id = "1";
    EXPECT_EQ(make_head(route, key, sum, b.record, a.sign, noon).error().code, 400);
    const TestBundle sent = seal_bundle(a, b, "items");
    const ReceiptSigner signer{b.record.fingerprint(), b.sign, noon};
    EXPECT_EQ(make_refusal(sent.head, 200, signer).error().code, 400);
    EXPECT_EQ(make_refusal(sent.head, 275, signer).error().code, 400);
    const std::vector<Outcome> wrong = {{0, 0, 451, {}, ""}};
    EXPECT_EQ(make_receipt(sent.head, sent.key, wrong, signer).error().code, 400);
    const std::vector<Outcome> many(kMaxOutcomes + 1);
    EXPECT_EQ(make_receipt(sent.head, sent.key, many, signer).error().code, 413);
    EXPECT_EQ(make_hop({}, std::vector<Hop>(kMaxHops), a.name, noon, {}, a.sign).error().code, 413);
    EXPECT_EQ(make_hop({}, {}, "a b", noon, {}, a.sign).error().code, 400);
}

TEST(Making, AReceiptForTheLargestBundleFitsOneStanza) {
    const TestDomain a = a_example(), b = b_example();
    const TestBundle sent = seal_bundle(a, b, "items");
    std::vector<Outcome> longest;
    for (std::uint32_t at = 0; at < kMaxOutcomes; ++at)
        longest.push_back({at, 0, 441, std::chrono::seconds(999'999'999), "4.999.999"});
    const ReceiptSigner signer{b.record.fingerprint(), b.sign, at("2026-03-01T12:00:00Z")};
    const auto receipt = make_receipt(sent.head, sent.key, longest, signer);
    ASSERT_TRUE(receipt) << receipt.error().text;
    const std::vector<std::uint32_t> recipients(kMaxOutcomes, 1);
    const auto opened = open_answer(receipt->answer, sent.key, sent.head.route, recipients);
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_EQ(opened->size(), kMaxOutcomes);
    EXPECT_LE(encode_base64(as_bytes(std::string(kMaxReceiptBytes, 'x'))).size() + 4'096, 262'144U);
}

TEST(Making, ASealingKeyThatSealsNothingIsRefused) {
    const TestDomain a = a_example(), b = b_example();
    RecordClaims claims = b.claims;
    claims.seal = {};  // the point of order 1: every shared secret would be zero
    const Record weak = Record::make(claims, b.sign).value();
    Route route = test_route(a, b);
    route.destination_fp = weak.fingerprint();
    const auto head =
        make_head(route, secret_of(1), {sealed_bytes(512), {}}, weak, a.sign, at("2026-03-01T12:00:00Z"));
    EXPECT_EQ(head.error().code, 423);
}

TEST(Pins, AHistoryHasAnEnd) {
    const Record record = a_example().record;
    EXPECT_EQ(succeeds(record, {}).error().code, 400);
    const std::vector<Record> endless(kMaxHistoryRecords + 1, record);
    EXPECT_EQ(succeeds(record, endless).error().code, 413);
}

TEST(Pins, NotYetInForceIsTemporaryAndExpiredIsNot) {
    const Record record = a_example().record;
    EXPECT_TRUE(in_force(record, at("2025-12-31T23:50:00Z")));
    const auto early = in_force(record, at("2025-12-31T23:00:00Z"));
    EXPECT_EQ(early.error().retry, std::chrono::hours(1));
    EXPECT_TRUE(in_force(record, at("2027-01-01T00:00:00Z")));
    EXPECT_FALSE(in_force(record, at("2027-01-01T00:00:01Z")).error().temporary());
}

TEST(Keys, OldSealingPairsStillOpen) {
    const TestDomain a = a_example(), b = b_example(), later = test_domain("b.example", 0x25);
    const TestBundle bundle = seal_bundle(a, b, "items");
    const HeldSeal held[] = {later.held(), b.held()};
    EXPECT_TRUE(open_key(bundle.head, held).value().equal(bundle.key.view()));
    EXPECT_EQ(open_key(bundle.head, std::span(held).first(1)).error().code, 423);
}

TEST(Keys, PairsComeBackFromWhatIsStored) {
    const auto sign = SigningPair::generate();
    EXPECT_EQ(SigningPair::from_seed(sign.seed()).open, sign.open);
    const auto seal = SealingPair::generate();
    EXPECT_EQ(SealingPair::from_secret(seal.secret).open, seal.open);
    EXPECT_NE(SigningPair::generate().open, sign.open);
    const Digest digest{1};
    EXPECT_TRUE(verify(sign.open, digest, armor::sign(sign, digest)));
    EXPECT_FALSE(verify(sign.open, Digest{2}, armor::sign(sign, digest)));
}

}  // namespace
}  // namespace immp::tests
