// Compression of bodies: each codec whole, octet by octet and in odd pieces; what is no stream, what is cut,
// what stands behind it, and bombs.
#include "bridge/wire/codec.hpp"

#include <gtest/gtest.h>

#include "bridge/wire/codec_room.hpp"

namespace immp::bridge {
namespace {

std::string packed(Compression compression, std::string_view octets, std::size_t piece = 1'000) {
    Packer packer(compression);
    std::string out;
    for (std::size_t at = 0; at < octets.size(); at += piece)
        out += packer.pack(octets.substr(at, piece)).value();
    return out + packer.finish().value();
}

struct Unpacked {
    std::string octets;
    int code = 0;
    bool ended = false;
};

/// As the session does it: pieces as they come, all that each gives.
Unpacked unpacked(Compression compression, std::string_view stream, std::size_t piece) {
    Unpacker unpacker(compression);
    unpacker.announce(stream.size());
    Unpacked all;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        std::string_view rest = stream.substr(at, piece);
        while (!rest.empty() || unpacker.has_more()) {
            const auto octets = unpacker.next(rest);
            if (!octets) {
                all.code = octets.error().code;
                return all;
            }
            EXPECT_LE(octets->size(), kUnpackStepBytes);
            all.octets += *octets;
        }
    }
    all.ended = unpacker.ended();
    return all;
}

/// Neither all alike nor all different.
std::string sample(std::size_t bytes) {
    std::string text;
    std::uint32_t state = 1;
    while (text.size() < bytes) {
        state = state * 1'664'525u + 1'013'904'223u;
        text += "line " + std::to_string(state >> 20) + "\n";
    }
    text.resize(bytes);
    return text;
}

class Codecs : public testing::TestWithParam<Compression> {};
INSTANTIATE_TEST_SUITE_P(Each, Codecs,
                         testing::Values(Compression::gzip, Compression::bzip2, Compression::xzip),
                         [](const auto& codec) { return std::string(compression_name(codec.param)); });

TEST_P(Codecs, GiveBackWhatTheyWereGiven) {
    for (const std::size_t bytes : {0u, 1u, 70'000u, 1'000'000u}) {
        const std::string octets = sample(bytes);
        const std::string stream = packed(GetParam(), octets);
        if (bytes > 1'000) {
            EXPECT_LT(stream.size(), octets.size());
        }
        for (const std::size_t piece : {std::size_t{7}, std::size_t{4'096}, stream.size()}) {
            const Unpacked all = unpacked(GetParam(), stream, piece);
            EXPECT_EQ(all.code, 0);
            EXPECT_TRUE(all.ended);
            EXPECT_TRUE(all.octets == octets) << bytes << " in pieces of " << piece;
        }
    }
}

TEST_P(Codecs, MakeTheSameStreamTwice) {
    const std::string octets = sample(300'000);
    EXPECT_TRUE(packed(GetParam(), octets) == packed(GetParam(), octets));
}

TEST_P(Codecs, EndEarlyWhereTheyAreCut) {
    const std::string stream = packed(GetParam(), sample(2'000));
    for (std::size_t at = 0; at < stream.size(); ++at) {
        const Unpacked all = unpacked(GetParam(), stream.substr(0, at), 64);
        EXPECT_FALSE(all.ended && all.code == 0) << at;
    }
}

TEST_P(Codecs, RefuseWhatStandsBehindTheStream) {
    const std::string stream = packed(GetParam(), "hello");
    for (const std::string& tail : {std::string("x"), std::string("\0", 1), stream})
        for (const std::size_t piece : {std::size_t{1}, stream.size() + tail.size()})
            EXPECT_EQ(unpacked(GetParam(), stream + tail, piece).code, 415);
}

TEST_P(Codecs, RefuseWhatIsNoStreamOfTheirs) {
    for (const Compression other : {Compression::gzip, Compression::bzip2, Compression::xzip}) {
        if (other == GetParam()) continue;
        EXPECT_EQ(unpacked(GetParam(), packed(other, sample(500)), 100).code, 415);
    }
    EXPECT_EQ(unpacked(GetParam(), "just a plain text, not compressed", 100).code, 415);
}

TEST_P(Codecs, RefuseAFlippedBitOrTellIt) {
    const std::string octets = sample(500);
    const std::string stream = packed(GetParam(), octets);
    for (std::size_t at = 0; at < stream.size(); ++at) {
        std::string flipped = stream;
        flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
        const Unpacked all = unpacked(GetParam(), flipped, flipped.size());
        // A bit that means nothing (gzip's time, its system) changes nothing.
        if (all.ended && all.code == 0) {
            EXPECT_TRUE(all.octets == octets) << at;
        }
    }
}

TEST_P(Codecs, StopABombBeyondTheRatio) {
    const std::string stream = packed(GetParam(), std::string(60u << 20, '\0'), 1u << 20);
    for (const std::size_t piece : {std::size_t{16'384}, std::size_t{100}}) {
        const Unpacked all = unpacked(GetParam(), stream, piece);
        EXPECT_EQ(all.code, 413);
        EXPECT_LE(all.octets.size(), kUnpackFreeBytes + stream.size() * kUnpackRatio);
    }
}

TEST(Xz, ADictionaryOverTheMemoryIs413) {
    // `xz -9`: a dictionary of 64 MiB, told in the block's header.
    const std::string stream(
        "\xfd\x37\x7a\x58\x5a\x00\x00\x01\x69\x22\xde\x36\x02\x00\x21\x01\x1c\x00\x00\x00\x10\xcf\x58\xcc"
        "\x01\x00\x01\x68\x69\x00\x00\x00\xac\x2a\x93\xd8\x00\x01\x16\x02\xd0\x61\x10\xd2\x90\x42\x99\x0d"
        "\x01\x00\x00\x00\x00\x01\x59\x5a",
        56);
    EXPECT_EQ(unpacked(Compression::xzip, stream, stream.size()).code, 413);
}

TEST(CodecRoom, SeatsComeBack) {
    const auto room = std::make_shared<CodecRoom>(2);
    auto first = room->take();
    const auto second = room->take();
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(room->take());
    first.reset();
    EXPECT_TRUE(room->take());
}

TEST(CompressionNames, AreThoseOfSet) {
    EXPECT_EQ(compression_of("XZIP"), Compression::xzip);
    EXPECT_EQ(compression_of("NONE"), Compression::none);
    EXPECT_EQ(compression_of("xzip"), std::nullopt);
    EXPECT_EQ(compression_of("LZMA"), std::nullopt);
}

}  // namespace
}  // namespace immp::bridge
