// Secrets stay in one place; digests and hashes are the published ones.
#include <ostream>
#include <type_traits>

#include <gtest/gtest.h>

#include "armor/digest.hpp"
#include "armor/hash.hpp"
#include "armor/hex.hpp"
#include "armor/route.hpp"
#include "armor/secret.hpp"

namespace immp::tests {
namespace {

using namespace armor;

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!std::is_copy_constructible_v<SecretBytes<32>> && !std::is_copy_assignable_v<SecretBytes<32>>);
static_assert(!std::is_copy_constructible_v<SecretText> && !std::is_copy_assignable_v<SecretText>);
static_assert(!Printable<SecretBytes<32>> && !Printable<SecretText>);
static_assert(!std::is_convertible_v<SecretText, std::string_view>);

TEST(Secret, MovingWipesTheSource) {
    auto first = SecretBytes<32>::random();
    const auto copy = first.clone();
    const SecretBytes<32> second = std::move(first);
    EXPECT_TRUE(second.equal(copy.view()));
    EXPECT_TRUE(
        first.equal(std::array<std::uint8_t, 32>{}));  // NOLINT(bugprone-use-after-move): what is tested
    SecretBytes<32> third;
    third = copy.clone();
    EXPECT_TRUE(third.equal(second.view()));
    EXPECT_FALSE(SecretBytes<32>::random().equal(second.view()));
}

TEST(Secret, DestructionWipes) {
    alignas(SecretBytes<32>) std::array<std::uint8_t, sizeof(SecretBytes<32>)> storage{};
    auto* secret = new (storage.data()) SecretBytes<32>(SecretBytes<32>::random());
    std::destroy_at(secret);
    volatile const std::uint8_t* octets = storage.data();
    for (std::size_t at = 0; at < storage.size(); ++at)
        EXPECT_EQ(octets[at], 0) << at;
}

TEST(Secret, TextIsTakenOverFromItsSource) {
    std::string source = "correct horse";
    SecretText text(std::move(source));
    EXPECT_EQ(text.view(), "correct horse");
    EXPECT_TRUE(source.empty());  // NOLINT(bugprone-use-after-move): what is tested
    EXPECT_EQ(text.clone().view(), "correct horse");
    const SecretText moved = std::move(text);
    EXPECT_EQ(moved.view(), "correct horse");
    EXPECT_TRUE(text.empty());  // NOLINT(bugprone-use-after-move): what is tested
}

// FIPS 180-4 "abc"; RFC 4231 test case 2.
TEST(Digest, PublishedValues) {
    EXPECT_EQ(encode_hex(sha256(as_bytes("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(encode_hex(sha1(as_bytes("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(encode_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

// BLAKE2b-256 of "abc\ndef", from another implementation (Python's hashlib).
TEST(Hash, IsBlake2bOfContextNewlineAndParts) {
    const Digest whole = hash("abc", {"def"});
    EXPECT_EQ(encode_hex(whole), "3bf84fc5f6aa7cdfaf31dffe2fbbc093b8e116bd24314e1a2b14c584bd5e8ebd");
    EXPECT_EQ(hash("abc", {"d", "", "ef"}), whole);
    Hasher hasher("abc");
    hasher.add("de");
    EXPECT_NE(hasher.digest(), whole);
    hasher.add("f");
    EXPECT_EQ(hasher.digest(), whole);
    EXPECT_EQ(hasher.digest(), whole) << "asking does not change it";
}

TEST(Hash, DerivedKeysAreBoundToEveryName) {
    const Route route{"a.example", "b.example", "6f1d0c52-8f5e-4b0a-9a43-0d6c1f5e2b77", {}, {}};
    EXPECT_EQ(route_text(route), "1\na.example\nb.example\n6f1d0c52-8f5e-4b0a-9a43-0d6c1f5e2b77\n" +
                                     std::string(64, '0') + "\n" + std::string(64, '0') + "\n");
    const SecretBytes<32> key(std::array<std::uint8_t, 32>{7});
    const auto derived = derive_key(key, "IMMP1 payload", route);
    EXPECT_EQ(encode_hex(derived.view()), "097aa2c1bdb62da09cde41208567409376c66416f4cc657c4bc38d69c3335815");
    EXPECT_FALSE(derive_key(key, "IMMP1 answer", route).equal(derived.view()));
    EXPECT_FALSE(derive_key(SecretBytes<32>(), "IMMP1 payload", route).equal(derived.view()));
    std::vector<Route> others(5, route);
    others[0].origin = "c.example";
    others[1].destination = "c.example";
    others[2].bundle_id[0] = '7';
    others[3].origin_fp[31] = 1;
    others[4].destination_fp[31] = 1;
    for (const Route& other : others)
        EXPECT_FALSE(derive_key(key, "IMMP1 payload", other).equal(derived.view()));
}

}  // namespace
}  // namespace immp::tests
