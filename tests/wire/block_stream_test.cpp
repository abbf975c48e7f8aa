#include "bridge/wire/block_stream.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;
using Taken = BlockStream::Taken;

const BlockStream::Time kStart{std::chrono::hours(1)};

/// Every block that may leave, acknowledged `later` than it was sent.
std::vector<std::size_t> sizes(BlockStream& stream, std::chrono::milliseconds later) {
    std::vector<std::size_t> all;
    while (const auto block = stream.next(kStart)) {
        all.push_back(block->octets.size());
        stream.acknowledged(block->seq, kStart + later);
    }
    return all;
}

TEST(BlockStream, CarriesOctetsInOrderThroughItsWindow) {
    BlockStream from;
    BlockStream to;
    std::string octets;
    for (int line = 0; line < 20'000; ++line)
        octets += std::to_string(line) + "\n";
    from.push(octets);
    std::string arrived;
    std::uint16_t count = 0;
    while (from.unsent_bytes() > 0) {
        std::vector<BlockStream::Block> window;
        while (auto block = from.next(kStart))
            window.push_back(*std::move(block));
        EXPECT_LE(window.size(), 4u);
        EXPECT_EQ(from.under_way(), window.size());
        for (auto& block : window) {
            EXPECT_EQ(block.seq, count++);
            ASSERT_EQ(to.take(block.seq, block.octets, std::to_string(block.seq)), Taken::yes);
        }
        while (const auto block = to.read()) {
            arrived += block->octets;
            from.acknowledged(static_cast<std::uint16_t>(std::stoi(block->id)), kStart);
        }
    }
    EXPECT_EQ(arrived, octets);
    EXPECT_EQ(from.under_way(), 0u);
}

TEST(BlockStream, CountsAnewBehind65535) {
    BlockStream from;
    BlockStream to;
    for (int block = 0; block < 65'540; ++block) {
        from.push("x");
        const auto sent = from.next(kStart);
        ASSERT_TRUE(sent);
        ASSERT_EQ(sent->seq, block % 65'536);
        ASSERT_EQ(to.take(sent->seq, sent->octets, ""), Taken::yes);
        ASSERT_TRUE(to.read());
        from.acknowledged(sent->seq, kStart);
    }
}

TEST(BlockStream, BlocksGrowWhileTheyAreTakenSoon) {
    BlockStream stream;
    stream.push(std::string(100'000, 'x'));
    EXPECT_EQ(sizes(stream, 500ms), (std::vector<std::size_t>{4'096, 8'192, 16'384, 32'768, 32'768, 5'792}));
}

TEST(BlockStream, BlocksShrinkWhileTheyAreTakenLate) {
    BlockStream stream;
    stream.push(std::string(9'216, 'x'));
    EXPECT_EQ(sizes(stream, 2'001ms), (std::vector<std::size_t>{4'096, 2'048, 1'024, 1'024, 1'024}));
}

TEST(BlockStream, BlocksStayBetweenSoonAndLateAndBelowWhatWasAgreed) {
    BlockStream stream;
    stream.push(std::string(12'288, 'x'));
    EXPECT_EQ(sizes(stream, 1'000ms), (std::vector<std::size_t>{4'096, 4'096, 4'096}));
    BlockStream small({.most_bytes = 2'048});
    small.push(std::string(6'000, 'x'));
    EXPECT_EQ(sizes(small, 0ms), (std::vector<std::size_t>{2'048, 2'048, 1'904}));
}

TEST(BlockStream, RefusesWhatIsOutOfOrderOrTooLong) {
    BlockStream stream({.most_bytes = 2'048});
    EXPECT_EQ(stream.take(1, "x", "a"), Taken::out_of_order);
    EXPECT_EQ(stream.take(0, std::string(2'049, 'x'), "b"), Taken::too_long);
    EXPECT_EQ(stream.take(0, std::string(2'048, 'x'), "c"), Taken::yes);
    EXPECT_EQ(stream.take(0, "again", "d"), Taken::out_of_order);
    EXPECT_EQ(stream.read()->id, "c");
    EXPECT_FALSE(stream.read());
}

TEST(BlockStream, HoldsNoMoreThanItsBound) {
    BlockStream octets;
    for (std::uint16_t seq = 0; seq < 8; ++seq)
        ASSERT_EQ(octets.take(seq, std::string(32'768, 'x'), ""), Taken::yes);
    EXPECT_EQ(octets.take(8, "x", ""), Taken::overrun);
    BlockStream blocks;
    for (std::uint16_t seq = 0; seq < 64; ++seq)
        ASSERT_EQ(blocks.take(seq, "", ""), Taken::yes);
    EXPECT_EQ(blocks.take(64, "", ""), Taken::overrun);
    ASSERT_TRUE(blocks.read());
    EXPECT_EQ(blocks.take(64, "", ""), Taken::yes);
}

TEST(BlockStream, AProbeIsABlockLikeAnother) {
    BlockStream stream;
    const auto probe = stream.probe(kStart);
    EXPECT_EQ(probe.octets, "");
    EXPECT_EQ(stream.waits_since(), kStart);
    stream.acknowledged(probe.seq, kStart + 1s);
    EXPECT_FALSE(stream.waits_since());
    stream.acknowledged(probe.seq, kStart + 1s);  // again: nothing
    stream.push("x");
    EXPECT_EQ(stream.next(kStart)->seq, 1);
}

}  // namespace
}  // namespace immp::bridge
