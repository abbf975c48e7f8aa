// The sealed stream: padding, pieces of any size, cut and altered octets.
#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "armor/payload.hpp"
#include "tests/support/two_domains.hpp"

namespace immp::tests {
namespace {

using namespace armor;

Route route() {
    return test_route(a_example(), b_example());
}

Bytes pattern(std::size_t size) {
    Bytes octets(size);
    for (std::size_t at = 0; at < size; ++at)
        octets[at] = static_cast<std::uint8_t>(at * 7 + at / 251);
    return octets;
}

void append(Bytes& to, const Bytes& octets) {
    to.insert(to.end(), octets.begin(), octets.end());
}

struct Sealed {
    Bytes octets;
    PayloadSum sum;
};

Sealed seal(ByteView plain, std::size_t piece) {
    PayloadSealer sealer(secret_of(1), route());
    Sealed sealed;
    for (std::size_t at = 0; at < plain.size(); at += piece)
        append(sealed.octets, sealer.append(plain.subspan(at, std::min(piece, plain.size() - at))));
    append(sealed.octets, sealer.finish());
    sealed.sum = sealer.sum();
    return sealed;
}

Bytes padded(Bytes plain) {
    plain.resize(static_cast<std::size_t>(padded_bytes(plain.size())));
    return plain;
}

// The first values of the rule written out by hand, and its law for many lengths.
TEST(Padding, IsPadme) {
    for (const auto& [items, length] : std::initializer_list<std::pair<std::uint64_t, std::uint64_t>>{
             {0, 512},
             {1, 512},
             {512, 512},
             {513, 544},
             {544, 544},
             {545, 576},
             {1023, 1024},
             {1024, 1024},
             {1025, 1088},
             {1'000'000, 1'015'808},
             {65'536, 65'536},
             {65'537, 67'584},
             {std::uint64_t{1} << 40, std::uint64_t{1} << 40}})
        EXPECT_EQ(padded_bytes(items), length) << items;
    std::uint64_t before = 0;
    for (std::uint64_t items = 1; items < std::uint64_t{1} << 34; items += 1 + items / 7) {
        const std::uint64_t length = padded_bytes(items);
        EXPECT_GE(length, std::max(items, before));
        EXPECT_EQ(padded_bytes(length), length) << "what is padded stays";
        EXPECT_LE(length, std::max<std::uint64_t>(512, items + items * 12 / 100)) << items;
        EXPECT_EQ(plain_bytes(sealed_bytes(length)), length);
        before = length;
    }
}

TEST(Padding, OtherLengthsAreNoPayload) {
    EXPECT_EQ(sealed_bytes(512), 24U + 512 + 17);
    EXPECT_EQ(sealed_bytes(65'536), 24U + 65'536 + 17);
    EXPECT_EQ(sealed_bytes(67'584), 24U + 67'584 + 34);
    for (const std::uint64_t octets :
         {std::uint64_t{0}, std::uint64_t{24}, std::uint64_t{552}, std::uint64_t{554},
          std::uint64_t{24 + 513 + 17}, std::uint64_t{24 + 65'536 + 34}, kMaxPayloadBytes + 1,
          ~std::uint64_t{0}})
        EXPECT_EQ(plain_bytes(octets), std::nullopt) << octets;
}

TEST(Payload, ComesBackWhateverItsLengthAndPieces) {
    for (const std::size_t size :
         {0U, 1U, 511U, 512U, 513U, 5'000U, 65'535U, 65'536U, 65'537U, 131'072U, 200'000U}) {
        const Bytes plain = pattern(size);
        for (const std::size_t piece : {997U, 65'536U, 1'000'000U}) {
            const Sealed sealed = seal(plain, piece);
            ASSERT_EQ(sealed.sum.octets, sealed.octets.size());
            ASSERT_EQ(sealed.octets.size(), sealed_bytes(padded_bytes(size)));
            for (const std::size_t taken : {1'009U, 65'553U, 1'000'000U}) {
                PayloadOpener opener(secret_of(1), route(), sealed.sum);
                Bytes opened;
                for (std::size_t at = 0; at < sealed.octets.size(); at += taken)
                    append(opened, opener
                                       .append(ByteView(sealed.octets)
                                                   .subspan(at, std::min(taken, sealed.octets.size() - at)))
                                       .value());
                EXPECT_TRUE(opener.finish());
                EXPECT_EQ(opener.good_bytes(), sealed.octets.size());
                EXPECT_EQ(opened, padded(plain)) << size;
            }
        }
    }
}

TEST(Payload, OctetByOctet) {
    const Bytes plain = pattern(700);
    const Sealed sealed = seal(plain, 1);
    PayloadOpener opener(secret_of(1), route(), sealed.sum);
    Bytes opened;
    for (const std::uint8_t octet : sealed.octets) {
        EXPECT_FALSE(opener.finish());
        append(opened, opener.append({&octet, 1}).value());
    }
    EXPECT_TRUE(opener.finish());
    EXPECT_EQ(opened, padded(plain));
}

TEST(Payload, PaddingCanBeTakenInPieces) {
    PayloadSealer sealer(secret_of(1), route());
    const Bytes plain = pattern(40'000'001);
    Bytes sealed = sealer.append(plain);
    std::size_t longest = 0;
    for (Bytes piece = sealer.pad(); !piece.empty(); piece = sealer.pad()) {
        longest = std::max(longest, piece.size());
        append(sealed, piece);
    }
    EXPECT_GT(longest, 0U);
    EXPECT_LE(longest, 2 * kRecordSealedBytes);
    const Bytes last = sealer.finish();
    EXPECT_LE(last.size(), kRecordSealedBytes);
    append(sealed, last);
    EXPECT_EQ(sealed.size(), sealed_bytes(padded_bytes(plain.size())));
    PayloadOpener opener(secret_of(1), route(), sealer.sum());
    EXPECT_EQ(opener.append(sealed).value(), padded(plain));
    EXPECT_TRUE(opener.finish());
}

TEST(Payload, IsCutBackToTheLastGoodRecordAndGoesOn) {
    const Bytes plain = pattern(200'000);
    const Sealed sealed = seal(plain, 65'536);
    const std::size_t bad_at = kStreamHeaderBytes + 2 * kRecordSealedBytes + 5;  // in the third record
    Bytes damaged = sealed.octets;
    damaged[bad_at] ^= 1;
    PayloadOpener opener(secret_of(1), route(), sealed.sum);
    const auto refused = opener.append(damaged);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, 423);
    EXPECT_EQ(opener.good_bytes(), kStreamHeaderBytes + 2 * kRecordSealedBytes);
    const Bytes opened = opener.append(ByteView(sealed.octets).subspan(opener.good_bytes())).value();
    EXPECT_EQ(opened, padded(plain)) << "the records before the bad one are given with the rest";
    EXPECT_TRUE(opener.finish());
}

TEST(Payload, ADamagedBeginIsCutBackToNothing) {
    const Sealed sealed = seal(pattern(70'000), 65'536);
    Bytes damaged = sealed.octets;
    damaged[3] ^= 1;  // the stream header: only the first record shows it
    PayloadOpener opener(secret_of(1), route(), sealed.sum);
    EXPECT_EQ(opener.append(damaged).error().code, 423);
    EXPECT_EQ(opener.good_bytes(), 0U);
    EXPECT_TRUE(opener.append(sealed.octets));
    EXPECT_TRUE(opener.finish());
}

TEST(Payload, NoCutIsComplete) {
    const Sealed sealed = seal(pattern(600), 600);
    for (std::size_t size = 0; size < sealed.octets.size(); ++size) {
        PayloadOpener opener(secret_of(1), route(), sealed.sum);
        EXPECT_TRUE(opener.append(ByteView(sealed.octets).first(size)).value().empty());
        EXPECT_EQ(opener.finish().error().code, 423) << size;
        EXPECT_EQ(opener.good_bytes(), 0U);
    }
}

TEST(Payload, NoFlippedBitOpens) {
    const Sealed sealed = seal(pattern(600), 600);
    for (std::size_t at = 0; at < sealed.octets.size(); ++at) {
        Bytes damaged = sealed.octets;
        damaged[at] ^= static_cast<std::uint8_t>(1U << at % 8);
        PayloadOpener opener(secret_of(1), route(), sealed.sum);
        const auto opened = opener.append(damaged);
        ASSERT_FALSE(opened) << at;
        EXPECT_EQ(opened.error().code, 423) << at;
        EXPECT_FALSE(opener.finish());
    }
}

// A cut at a record's end that a header claims to be the whole: the final tag is missing.
TEST(Payload, AShorterClaimIsFoundByTheTag) {
    const Sealed sealed = seal(pattern(131'072), 65'536);
    const std::size_t first = kStreamHeaderBytes + kRecordSealedBytes;
    Hasher hasher("IMMP1 cipher");
    hasher.add(ByteView(sealed.octets).first(first));
    PayloadOpener opener(secret_of(1), route(), {first, hasher.digest()});
    const auto opened = opener.append(ByteView(sealed.octets).first(first));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, 423);
    EXPECT_EQ(opener.append({}).error().code, 423) << "no octets can mend it";
    EXPECT_EQ(opener.finish().error().code, 423);
}

TEST(Payload, SealingTwiceSharesNothing) {
    const Bytes plain = pattern(600);
    const Sealed first = seal(plain, 600), second = seal(plain, 600);
    EXPECT_NE(first.octets, second.octets);
    EXPECT_NE(first.sum.digest, second.sum.digest);
}

}  // namespace
}  // namespace immp::tests
