// Sealed content: the vectors, octets in any pieces, cut and altered; and that sealing again gives the same.
#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "bridge/mail/content_opener.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/sealed_sample.hpp"
#include "tests/support/vector_file.hpp"

namespace immp::bridge {
namespace {

using namespace tests;

struct Read {
    std::string bodies;
    std::string subject;
    std::string parts;
};

struct Reader {
    std::string id = kSealedId;
    std::string from = "alice@a.example";
    std::string me = "bob@b.example";
    armor::SigningPublic sign = alice().sign.open;
};

Result<Read> read_sealed(std::string_view octets, const armor::HeldSeal& held, const Reader& reader,
                         std::size_t piece) {
    Read read;
    ContentOpener opener(octets.size(), reader.me, {&held, 1},
                         [&](const Part&, ByteView body) -> Result<void> {
                             read.bodies += as_text(body);
                             return {};
                         });
    for (std::size_t at = 0; at < octets.size(); at += piece)
        if (auto taken = opener.append(as_bytes(octets.substr(at, piece))); !taken)
            return std::unexpected(taken.error());
    if (auto whole = opener.finish(); !whole) return std::unexpected(whole.error());
    if (auto same = check_envelope(opener.seal(), reader.id, reader.from); !same)
        return std::unexpected(same.error());
    if (opener.seal().record->claims().sign != reader.sign)
        return fail(412, "signed by no key of the sender");
    read.subject = opener.content().subject;
    for (const Part& part : opener.content().parts)
        read.parts += (read.parts.empty() ? "" : " ") + part.id + " " + std::to_string(part.length);
    return read;
}

Result<Read> read_sealed(std::string_view octets, std::size_t piece = 1'000'000) {
    return read_sealed(octets, bob().held(), {}, piece);
}

template <std::size_t N>
std::array<std::uint8_t, N> hex_field(const VectorFile& vector, const std::string& key) {
    const Bytes octets = armor::decode_hex(vector.field(key)).value();
    std::array<std::uint8_t, N> value;
    std::copy_n(octets.begin(), N, value.begin());
    return value;
}

armor::HeldSeal held_by(const VectorFile& vector) {
    return {hex_field<32>(vector, "key"),
            armor::SealingPair::from_secret(armor::SecretBytes<32>(hex_field<32>(vector, "secret")))};
}

void play(const VectorFile& vector) {
    SCOPED_TRACE(vector.name);
    const armor::HeldSeal held = held_by(vector);
    const Reader reader{vector.field("id"), vector.field("from"), vector.field("me"),
                        hex_field<32>(vector, "sign")};
    for (const std::size_t piece : {std::size_t{1}, std::size_t{100'000}}) {
        const auto read = read_sealed(as_text(vector.one("sealed")), held, reader, piece);
        const std::string outcome =
            read ? "accepted" : std::to_string(read.error().code) + " " + read.error().text;
        EXPECT_EQ(outcome, vector.field("expect"));
        if (!read) continue;
        EXPECT_EQ(read->subject, vector.field("subject"));
        EXPECT_EQ(read->parts, vector.field("parts"));
        EXPECT_EQ(read->bodies, as_text(vector.one("bodies")));
    }
}

TEST(SealedContent, GoesAsTheVectorsSay) {
    const auto vectors = read_vectors(tests_path("vectors/sealed"));
    EXPECT_GE(vectors.size(), 35U);
    for (const VectorFile& vector : vectors)
        play(vector);
}

// Each step on the way to the plaintext, and the way back: whoever makes it as `immp` does gets these octets.
TEST(SealedContent, TheWorkedExampleOfThePage) {
    const VectorFile example = page_example(read_file(docs_path("envelope.md")), "sealed");
    ASSERT_EQ(example.field("expect"), "accepted");
    play(example);

    const std::string sealed(as_text(example.one("sealed")));
    const armor::SealedHead head = *armor::parse_sealed_head(sealed).value();
    const armor::HeldSeal held = held_by(example);
    const armor::OpenedBox box = armor::open_sealed_box(head, {&held, 1}).value();
    EXPECT_EQ(armor::encode_hex(box.key.view()), example.field("content-key"));
    EXPECT_EQ(armor::encode_hex(armor::sealed_stream_key(box.key, head.text).view()),
              example.field("payload-key"));
    const auto seal = armor::parse_seal(as_text(example.one("seal")));
    ASSERT_TRUE(seal) << seal.error().text;
    EXPECT_EQ(armor::encode_hex(seal->digest), example.field("digest"));

    std::string plain = length_and(std::string(as_text(example.one("seal")))) +
                        length_and(std::string(as_text(example.one("content")))) +
                        std::string(as_text(example.one("bodies")));
    plain.resize(armor::padded_bytes(plain.size()));
    std::vector<armor::SealedBox> boxes;
    for (const TestUser& user : {bob(), alice()})
        boxes.push_back(armor::make_sealed_box(box.key, user.record.fingerprint(), user.seal.open).value());
    EXPECT_EQ(seal_plain(box.key, armor::sealed_head_text(boxes), plain), sealed);
}

TEST(SealedContent, NoCutIsWhole) {
    const std::string good = sealed_text();
    for (std::size_t end = 0; end < good.size(); ++end)
        EXPECT_FALSE(read_sealed(good.substr(0, end))) << end;
}

TEST(SealedContent, NoFlippedBitOpens) {
    const std::string good = sealed_text();
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string flipped = good;
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
        EXPECT_FALSE(read_sealed(flipped)) << at;
    }
}

struct Sealing {
    armor::SecretBytes<32> mixing = secret_of(0x55);
    SealedContent content{"Large", {}};
    std::string bodies;

    explicit Sealing(std::size_t size) : bodies(size, 'x') {
        for (std::size_t at = 0; at < size; ++at)
            bodies[at] = static_cast<char>(at * 7 + at / 251);
        content.parts = {Part{"text", "text/plain", PartClass::content, 0},
                         Part{"large", "application/octet-stream", PartClass::attachment, size}};
    }

    [[nodiscard]] Result<std::string> run(std::size_t piece, std::string_view sent) const {
        SealedDigest digest(sealed_content_json(content).value());
        digest.add(as_bytes(bodies));
        const std::vector<SealRecipient> recipients = {bob().recipient(), alice().recipient()};
        const TestUser sender = alice();
        auto sealer = ContentSealer::make({kSealedId, sender.imid, sender.record, digest.digest(), {}},
                                          recipients, {sender.sign, mixing}, content);
        if (!sealer) return std::unexpected(sealer.error());
        std::string octets(as_text(sealer->begin()));
        for (std::size_t at = 0; at < sent.size(); at += piece)
            octets += as_text(sealer->append(as_bytes(sent.substr(at, piece))));
        for (Bytes zeros = sealer->pad(); !zeros.empty(); zeros = sealer->pad())
            octets += as_text(zeros);
        const auto end = sealer->finish();
        if (!end) return std::unexpected(end.error());
        octets += as_text(*end);
        EXPECT_EQ(octets.size(), sealer->length());
        return octets;
    }
};

TEST(SealedContent, OfManyRecordsComesBackInAnyPieces) {
    const Sealing sealing(200'000);
    const auto sealed = sealing.run(10'000, sealing.bodies);
    ASSERT_TRUE(sealed);
    for (const std::size_t piece : {std::size_t{1'009}, std::size_t{65'553}, sealed->size()}) {
        const auto read = read_sealed(*sealed, piece);
        ASSERT_TRUE(read) << read.error().text;
        EXPECT_EQ(read->bodies, sealing.bodies);
        EXPECT_EQ(read->parts, "text 0 large 200000");
    }
}

TEST(SealedContent, SealedAgainIsTheSameOctets) {
    Sealing sealing(70'000);
    const auto once = sealing.run(10'000, sealing.bodies);
    EXPECT_EQ(*once, *sealing.run(70'000, sealing.bodies));
    sealing.mixing = secret_of(0x56);
    const auto other = sealing.run(10'000, sealing.bodies);
    EXPECT_NE(*once, *other) << "another secret";
    sealing.mixing = secret_of(0x55);
    sealing.bodies[5] ^= 1;
    const auto changed = sealing.run(10'000, sealing.bodies);
    ASSERT_EQ(changed->size(), once->size());
    // No octet of its payload tells that the two are alike.
    const std::size_t tail = once->size() - 60'000;
    std::size_t equal = 0;
    for (std::size_t at = tail; at < once->size(); ++at)
        equal += (*once)[at] == (*changed)[at] ? 1 : 0;
    EXPECT_LT(equal, 1'000U);
}

TEST(SealedContent, ABodyThatChangedMeanwhileIsNotSealed) {
    const Sealing sealing(1'000);
    std::string other = sealing.bodies;
    other[999] ^= 1;
    const auto sealed = sealing.run(100, other);
    ASSERT_FALSE(sealed);
    EXPECT_EQ(sealed.error().code, 422);
}

TEST(SealedContent, IsNotMadeOfWhatNobodyWouldRead) {
    Sealing sealing(10);
    sealing.content.subject = "a\nb";
    EXPECT_EQ(sealed_content_json(sealing.content).error().code, 400);
    sealing.content.subject = "";
    sealing.content.parts.resize(kMaxSealedParts + 1, sealing.content.parts.back());
    EXPECT_EQ(sealed_content_json(sealing.content).error().code, 413);
    const std::vector<SealRecipient> many(armor::kMaxSealedBoxes + 1, bob().recipient());
    const TestUser sender = alice();
    const auto refused = ContentSealer::make({kSealedId, sender.imid, sender.record, {}, {}}, many,
                                             {sender.sign, sealing.mixing}, Sealing(10).content);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, 413);
}

TEST(SealedContent, CannotBeSealedToAKeyOfNoUse) {
    SealRecipient nobody = bob().recipient();
    nobody.seal = {};
    const TestUser sender = alice();
    const auto refused = ContentSealer::make({kSealedId, sender.imid, sender.record, {}, {}}, {&nobody, 1},
                                             {sender.sign, secret_of(1)}, Sealing(10).content);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, 423);
}

}  // namespace
}  // namespace immp::bridge
