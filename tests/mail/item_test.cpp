// Items: what is written is read, however it is cut, and nothing else is.
#include "bridge/mail/item.hpp"

#include <gtest/gtest.h>

#include "tests/mail/sample.hpp"

namespace immp::bridge {
namespace {

class ItemTest : public testing::TestWithParam<ItemMethod> {
  protected:
    static std::string sample() { return item_of(GetParam(), sample_inner(), sample_bodies()); }
};

INSTANTIATE_TEST_SUITE_P(Methods, ItemTest, testing::Values(ItemMethod::stored, ItemMethod::zstd),
                         [](const auto& tested) {
                             return tested.param == ItemMethod::zstd ? "Zstd" : "Stored";
                         });

std::vector<std::string> sample_events() {
    return {"begun " + inner_json(sample_inner()).value(), "body 0 Hello", "body 2 " + sample_bodies()[2],
            "ended"};
}

TEST_P(ItemTest, IsReadAsItWasWritten) {
    EXPECT_EQ(hear(padded(sample())), (Heard{sample_events(), 0, ""}));
}

TEST_P(ItemTest, IsTheSameHoweverItIsCut) {
    const std::string plain = padded(sample());
    const Heard whole = hear(plain);
    EXPECT_EQ(hear(plain, 1, 1), whole);
    for (std::size_t cut = 0; cut <= plain.size(); ++cut)
        ASSERT_EQ(hear(plain, cut, plain.size()), whole) << "cut at " << cut;
}

TEST_P(ItemTest, CutShortAnywhereIsRefused) {
    const std::string items = sample();
    for (std::size_t size = 1; size < items.size(); ++size)
        ASSERT_EQ(hear(items.substr(0, size)).code, 400) << "the first " << size;
}

TEST_P(ItemTest, SeveralStandOneBehindTheOther) {
    const Inner second = plain_inner(3);
    const std::string plain = padded(sample() + item_of(GetParam(), second, {"abc"}) + sample());
    std::vector<std::string> events = sample_events();
    for (std::string event :
         {"begun " + inner_json(second).value(), std::string("body 0 abc"), std::string("ended")})
        events.push_back(std::move(event));
    for (std::string& event : sample_events())
        events.push_back(std::move(event));
    EXPECT_EQ(hear(plain), (Heard{events, 0, ""}));
    EXPECT_EQ(hear(plain, 1, 1), (Heard{events, 0, ""}));
}

TEST_P(ItemTest, LongBodiesComeInBoundedChunks) {
    const std::string body(1'000'003, 'x');
    const std::string plain = padded(item_of(GetParam(), plain_inner(body.size()), {body}));
    const Heard heard = hear(plain, 1, 10'007);
    EXPECT_EQ(heard.code, 0) << heard.why;
    ASSERT_EQ(heard.events.size(), 3u);
    EXPECT_EQ(heard.events[1], "body 0 " + body);
    EXPECT_EQ(plain.size() > body.size(), GetParam() == ItemMethod::stored) << "zstd makes it shorter";
}

TEST_P(ItemTest, LengthsMustBeExact) {
    const Inner inner = plain_inner(4);
    const std::string json = inner_json(inner).value();
    const std::uint64_t raw = item_raw_bytes(json, inner.message);
    EXPECT_EQ(hear(padded(item_around(GetParam(), json, "four", raw))).code, 0);
    // The writer holds to what it announced, so a lie is made by an inner envelope of another length.
    const std::string longer = inner_json(plain_inner(5)).value();
    EXPECT_EQ(hear(padded(item_around(GetParam(), longer, "four", raw))).why,
              "bodies do not add up to the item");
    const std::string shorter = inner_json(plain_inner(3)).value();
    EXPECT_EQ(hear(padded(item_around(GetParam(), shorter, "four", raw))).why,
              "bodies do not add up to the item");
}

TEST(ItemWriter, HoldsToWhatItAnnounced) {
    ItemWriter writer;
    writer.begin(5, ItemMethod::stored);
    ASSERT_TRUE(writer.append(as_bytes("four")));
    EXPECT_EQ(writer.finish().error().code, 700);
}

TEST_P(ItemTest, OneWriterServesAllItems) {
    ItemWriter writer;
    std::string one_behind_the_other;
    std::string each_of_its_own;
    for (const std::size_t length : {3u, 200'000u, 0u, 70'000u}) {
        const Inner inner = plain_inner(length);
        const std::string json = inner_json(inner).value();
        const std::string body(length, 'x');
        writer.begin(item_raw_bytes(json, inner.message), GetParam());
        one_behind_the_other += text_of(writer.append(as_bytes(item_opening(json))).value());
        one_behind_the_other += text_of(writer.append(as_bytes(body)).value());
        one_behind_the_other += text_of(writer.finish().value());
        each_of_its_own += item_of(GetParam(), inner, {body});
    }
    EXPECT_EQ(one_behind_the_other, each_of_its_own);
    EXPECT_EQ(hear(padded(one_behind_the_other)).code, 0);
}

// --- frames by hand
// -----------------------------------------------------------------------------------------

std::string number(std::uint64_t value, int octets) {
    std::string out;
    for (int shift = (octets - 1) * 8; shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift & 0xff);
    return out;
}

std::string chunk(const std::string& octets) {
    return number(octets.size(), 4) + octets;
}

const std::string kEnd = number(0, 4);

std::string stored(std::uint64_t raw, const std::string& chunks) {
    return std::string("\1\0", 2) + number(raw, 8) + chunks;
}

std::string packed(std::uint64_t raw, const std::string& chunks) {
    return "\1\1" + number(raw, 8) + chunks;
}

std::string raw_of(const Inner& inner, const std::string& bodies) {
    return item_opening(inner_json(inner).value()) + bodies;
}

TEST(ItemFrame, KindAndMethodAreKnown) {
    const std::string raw = raw_of(plain_inner(4), "four");
    EXPECT_EQ(hear(padded(stored(raw.size(), chunk(raw) + kEnd))).code, 0);
    EXPECT_EQ(hear("\2").why, "unknown kind of item");
    EXPECT_EQ(hear("\xff").why, "unknown kind of item");
    EXPECT_EQ(hear("\1\2").why, "unknown method of an item");
    EXPECT_EQ(hear("\1\xff").why, "unknown method of an item");
}

TEST(ItemFrame, LessOrMoreThanAnnounced) {
    const std::string raw = raw_of(plain_inner(4), "four");
    EXPECT_EQ(hear(padded(stored(raw.size(), chunk(raw.substr(0, raw.size() - 1)) + kEnd))).why,
              "an item shorter than it announced");
    EXPECT_EQ(hear(padded(stored(raw.size(), chunk(raw + "x") + kEnd))).why,
              "an item longer than it announced");
    EXPECT_EQ(hear(padded(stored(raw.size(), chunk(raw) + chunk("x") + kEnd))).why,
              "an item longer than it announced");
    EXPECT_EQ(hear(padded(stored(0, kEnd))).why, "an item shorter than it announced");
    EXPECT_EQ(hear(padded(stored(4, chunk(number(0, 4)) + kEnd))).why, "an item without an inner envelope");
    EXPECT_EQ(hear(padded(stored(3, chunk(number(0, 3)) + kEnd))).why, "an item shorter than it announced");
}

TEST(ItemFrame, ChunksAreBounded) {
    const std::string body(kMaxItemChunkBytes, 'b');
    const std::string head = raw_of(plain_inner(body.size()), "");
    const std::string most = stored(head.size() + body.size(), chunk(head) + chunk(body) + kEnd);
    EXPECT_EQ(hear(padded(most), 8u << 20).code, 0);
    const std::string over =
        stored(head.size() + body.size(), chunk(head) + number(kMaxItemChunkBytes + 1, 4));
    EXPECT_EQ(hear(over, 8u << 20).why, "a chunk over its limit");
}

TEST(ItemFrame, PaddingIsExactlyZeros) {
    const std::string items = item_of(ItemMethod::stored, sample_inner(), sample_bodies());
    const std::string plain = padded(items);
    ASSERT_GT(plain.size(), items.size() + 1) << "the sample needs some padding";
    EXPECT_EQ(hear(plain + '\0').why, "padding of another length");
    EXPECT_EQ(hear(plain.substr(0, plain.size() - 1)).why, "padding of another length");
    EXPECT_EQ(hear(items).why, "padding of another length");
    for (std::size_t i = items.size() + 1; i < plain.size(); ++i) {
        std::string broken = plain;
        broken[i] = '\1';
        ASSERT_EQ(hear(broken).why, "padding that is not zero") << i;
    }
    EXPECT_EQ(hear(std::string(512, '\0')), (Heard{{}, 0, ""})) << "an echo has no items";
    EXPECT_EQ(hear("").why, "padding of another length");
}

// --- compression
// --------------------------------------------------------------------------------------------

/// The frame of a raw text, taken out of what the writer made of it.
std::string frame_of(const std::string& raw) {
    ItemWriter writer;
    writer.begin(raw.size(), ItemMethod::zstd);
    std::string item = text_of(writer.append(as_bytes(raw)).value());
    item += text_of(writer.finish().value());
    std::string frame;
    for (std::size_t pos = 10; pos + 4 < item.size();) {
        std::size_t size = 0;
        for (int i = 0; i < 4; ++i)
            size = size << 8 | static_cast<unsigned char>(item[pos++]);
        frame += item.substr(pos, size);
        pos += size;
    }
    return frame;
}

TEST(ItemFrame, HoldsOneZstdFrameAndNothingElse) {
    const std::string raw = raw_of(plain_inner(4), "four");
    const std::string frame = frame_of(raw);
    const auto in_chunk = [&](const std::string& octets) {
        return hear(padded(packed(raw.size(), chunk(octets) + kEnd))).why;
    };
    ASSERT_EQ(in_chunk(frame), "");
    EXPECT_EQ(in_chunk(frame + frame), "octets behind the zstd frame");
    EXPECT_EQ(in_chunk(frame + "x"), "octets behind the zstd frame");
    EXPECT_EQ(in_chunk(std::string("\x50\x2a\x4d\x18\0\0\0\0", 8) + frame), "no zstd frame")
        << "a skippable one";
    EXPECT_EQ(in_chunk("\x27\xb5\x2f\xfd" + frame.substr(4)), "no zstd frame")
        << "zstd 0.7, of before the RFC";
    EXPECT_EQ(in_chunk(raw), "no zstd frame");
    for (std::size_t size = 1; size < frame.size(); ++size)
        ASSERT_NE(in_chunk(frame.substr(0, size)), "") << size;
    EXPECT_EQ(hear(padded(packed(raw.size(), kEnd))).why, "a zstd frame without its end");
}

/// A frame with a window of 128 KiB and a raw block, then a compressed one whose literals refer to a Huffman
/// tree that never came (RFC 8878, 3.1.1.3.1.1).
std::string corrupt_behind(const std::string& block) {
    const auto size = block.size() << 3U;
    const std::string header = {static_cast<char>(size), static_cast<char>(size >> 8U),
                                static_cast<char>(size >> 16U)};
    return std::string("\x28\xb5\x2f\xfd\0\x38", 6) + header + block + std::string("\x1d\0\0\xff\xff\xff", 6);
}

TEST(ItemFrame, FaultInFrontOfACorruptBlockIsToldFirst) {
    const std::string plain =
        padded(packed(1 << 20, chunk(corrupt_behind(number(kMaxInnerBytes + 1, 4))) + kEnd));
    EXPECT_EQ(hear(plain).code, 413);
    EXPECT_EQ(hear(plain, 1, 1).code, 413);
}

TEST(ItemFrame, OfARefusedItemIsNotLookedAt) {
    Inner bad = plain_inner(3);
    bad.message.envelope.subject = "two\r\nlines";
    const std::string raw = raw_of(bad, "abc");
    const std::string plain = padded(packed(raw.size(), chunk(corrupt_behind(raw)) + kEnd));
    EXPECT_EQ(hear(plain).why, "");
    EXPECT_EQ(hear(plain, 1, 1).why, "");
    EXPECT_EQ(hear(plain).events, hear(plain, 1, 1).events);
}

TEST(ItemFrame, WindowIsBounded) {
    // A frame header with a window descriptor of 16 MiB (RFC 8878, 3.1.1.1.2): exponent 14, mantissa 0; then
    // the start of a raw block.
    const std::string raw = raw_of(plain_inner(4), "four");
    const std::string frame = std::string("\x28\xb5\x2f\xfd\0\x70", 6) + std::string("\x08\0\0", 3);
    EXPECT_EQ(hear(padded(packed(raw.size(), chunk(frame) + kEnd))).why,
              "Frame requires too much memory for decoding");
}

/// Counts what a reader hands on, and the most at once.
struct Weighed {
    std::uint64_t octets = 0;
    std::size_t most = 0;
    std::vector<int> refusals;
    std::size_t ended = 0;
    int code = 0;
    std::string why;
};

Weighed weigh(std::string_view plain, std::uint64_t limit) {
    Weighed weighed;
    ItemReader reader(limit, [&](ItemEvent event) -> Result<void> {
        if (const auto* begun = std::get_if<ItemBegun>(&event)) weighed.refusals.push_back(begun->refusal);
        if (const auto* body = std::get_if<ItemBody>(&event)) {
            weighed.octets += body->octets.size();
            weighed.most = std::max(weighed.most, body->octets.size());
        }
        weighed.ended += std::holds_alternative<ItemEnded>(event) ? 1 : 0;
        return {};
    });
    auto done = reader.append(as_bytes(plain));
    if (done) done = reader.finish();
    if (!done) weighed.code = done.error().code;
    if (!done) weighed.why = done.error().detail;
    return weighed;
}

TEST(ItemBomb, OverTheLimitIsRefusedWithoutInflatingIt) {
    constexpr std::uint64_t kZeros = 64u << 20;
    const Inner inner = plain_inner(kZeros);
    const std::string json = inner_json(inner).value();
    ItemWriter writer;
    writer.begin(item_raw_bytes(json, inner.message), ItemMethod::zstd);
    std::string item = text_of(writer.append(as_bytes(item_opening(json))).value());
    const std::string zeros(1u << 20, '\0');
    for (std::uint64_t done = 0; done < kZeros; done += zeros.size())
        item += text_of(writer.append(as_bytes(zeros)).value());
    item += text_of(writer.finish().value());
    ASSERT_LT(item.size(), 64u << 10) << "64 MiB of zeros are a few KiB";

    const std::string next = item_of(ItemMethod::zstd, plain_inner(3), {"abc"});
    const Weighed refused = weigh(padded(item + next), 1u << 20);
    EXPECT_EQ(refused.code, 0) << refused.why;
    EXPECT_EQ(refused.refusals, (std::vector{413, 0})) << "the item alone is refused";
    EXPECT_EQ(refused.octets, 3u) << "nothing of the bomb is handed on";
    EXPECT_EQ(refused.ended, 2u);

    const Weighed taken = weigh(padded(item), 128u << 20);
    EXPECT_EQ(taken.octets, kZeros);
    EXPECT_LE(taken.most, kItemChunkBytes) << "a buffer at a time";
}

TEST(ItemBomb, BehindAnHonestLengthStopsAtTheFirstBufferTooMuch) {
    const std::string head = raw_of(plain_inner(4), "four");
    const std::string frame = frame_of(head + std::string(16u << 20, '\0'));
    const Weighed weighed = weigh(padded(packed(head.size(), chunk(frame) + kEnd)), 1u << 20);
    EXPECT_EQ(weighed.why, "an item longer than it announced");
    EXPECT_LE(weighed.octets, 4u);
}

// --- refusals and bounds of a bundle
// ------------------------------------------------------------------------

TEST_P(ItemTest, TextsThatAreNoneRefuseTheItemAlone) {
    Inner bad = plain_inner(3);
    bad.message.envelope.subject = "two\r\nlines";
    const std::string plain = padded(item_of(GetParam(), bad, {"abc"}) + sample());
    std::vector<std::string> events = {"begun " + inner_json(bad).value() + " refused 452", "ended"};
    for (std::string& event : sample_events())
        events.push_back(std::move(event));
    EXPECT_EQ(hear(plain), (Heard{events, 0, ""}));
    EXPECT_EQ(hear(plain, 1, 1), (Heard{events, 0, ""}));
}

TEST(ItemBounds, InnerEnvelopesOfOneBundle) {
    EXPECT_EQ(hear(stored(1 << 20, chunk(number(kMaxInnerBytes + 1, 4)))).code, 413);
    // Each of these is within its own bound and costs a few octets compressed.
    Inner wide = plain_inner(0);
    wide.message.envelope.subject = std::string(200'000, 's');
    const std::string item = item_of(ItemMethod::zstd, wide, {""});
    const std::size_t fit = kMaxBundleInnerBytes / inner_json(wide).value().size();
    std::string items;
    for (std::size_t i = 0; i < fit; ++i)
        items += item;
    EXPECT_EQ(hear(padded(items)).code, 0);
    const Heard over = hear(padded(items + item));
    EXPECT_EQ(over.code, 413);
    EXPECT_EQ(over.why, "inner envelopes");
}

TEST(ItemBounds, RecipientsOfOneBundle) {
    Inner many = plain_inner(0);
    many.recipients.assign(kMaxItemRecipients, "b@b.example");
    const std::string item = item_of(ItemMethod::zstd, many, {""});
    std::string items;
    for (std::size_t i = 0; i < kMaxBundleRecipients / kMaxItemRecipients; ++i)
        items += item;
    EXPECT_EQ(hear(padded(items)).code, 0);
    const Heard over = hear(padded(items + item));
    EXPECT_EQ(over.code, 413);
    EXPECT_EQ(over.why, "recipients");
}

TEST(ItemSink, EndsTheReadingWithItsError) {
    ItemReader reader(1 << 20, [](ItemEvent) -> Result<void> { return fail(702, "Storage failed"); });
    const std::string plain = padded(item_of(ItemMethod::zstd, sample_inner(), sample_bodies()));
    EXPECT_EQ(reader.append(as_bytes(plain)).error().code, 702);
}

}  // namespace
}  // namespace immp::bridge
