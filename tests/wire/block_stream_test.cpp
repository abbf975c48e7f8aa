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

/// What `from` may send, as far as it arrives.
void carry(BlockStream& from, BlockStream& to, std::size_t blocks) {
    for (; blocks > 0; --blocks) {
        const auto block = from.next(kStart);
        ASSERT_TRUE(block);
        ASSERT_EQ(to.take(block->seq, block->octets, std::to_string(block->seq)), Taken::yes);
    }
}

std::string read_all(BlockStream& stream) {
    std::string octets;
    while (const auto block = stream.read())
        octets += block->octets;
    return octets;
}

/// The path breaks, and is mended.
void mend(BlockStream& from, BlockStream& to) {
    from.interrupt();
    to.interrupt();
    ASSERT_TRUE(from.resume(to.forget_unread()));
    ASSERT_TRUE(to.resume(from.forget_unread()));
}

TEST(BlockStream, GoesOnWhereItBrokeAtEveryPlace) {
    for (std::size_t arrived = 0; arrived <= 4; ++arrived)
        for (std::size_t read = 0; read <= arrived; ++read)
            for (std::size_t acknowledged = 0; acknowledged <= read; ++acknowledged) {
                BlockStream from({.start_bytes = 2, .least_bytes = 2, .soon = std::chrono::milliseconds(-1)});
                BlockStream to;
                from.push("abcdefghijklmno");
                carry(from, to, arrived);
                for (std::size_t lost = arrived; lost < 4; ++lost)
                    ASSERT_TRUE(from.next(kStart));
                std::string octets;
                for (std::size_t block = 0; block < read; ++block)
                    octets += to.read()->octets;
                for (std::size_t block = 0; block < acknowledged; ++block)
                    from.acknowledged(static_cast<std::uint16_t>(block), kStart);
                mend(from, to);
                EXPECT_EQ(from.under_way(), 0u);
                EXPECT_EQ(from.unsent_bytes(), 15 - 2 * read);
                while (from.unsent_bytes() > 0) {
                    const auto block = from.next(kStart);
                    ASSERT_TRUE(block);
                    ASSERT_EQ(to.take(block->seq, block->octets, ""), Taken::yes);
                    octets += read_all(to);
                    from.acknowledged(block->seq, kStart);
                }
                EXPECT_EQ(octets, "abcdefghijklmno") << arrived << read << acknowledged;
            }
}

TEST(BlockStream, GoesOnBehind65535) {
    BlockStream from;
    BlockStream to;
    for (int block = 0; block < 65'534; ++block) {
        from.push("x");
        carry(from, to, 1);
        read_all(to);
        from.acknowledged(static_cast<std::uint16_t>(block), kStart);
    }
    for (const auto* octet : {"a", "b", "c", "d"}) {
        from.push(octet);
        ASSERT_TRUE(from.next(kStart));  // 65534, 65535, 0, 1: lost
    }
    mend(from, to);
    carry(from, to, 3);
    EXPECT_EQ(read_all(to), "abc");
    mend(from, to);  // again, before anything was acknowledged
    EXPECT_EQ(from.next(kStart)->seq, 1);
    EXPECT_EQ(to.take(65'535, "b", ""), Taken::repeated);
}

TEST(BlockStream, GoesOnOnlyFromABlockThatItHas) {
    BlockStream stream;
    stream.push("abc");
    ASSERT_TRUE(stream.next(kStart));
    stream.acknowledged(0, kStart);
    stream.push("def");
    ASSERT_TRUE(stream.next(kStart));
    stream.interrupt();
    for (const int awaited : {0, 3, 4, 100, 65'535})
        EXPECT_FALSE(stream.resume(static_cast<std::uint16_t>(awaited))) << awaited;
    EXPECT_TRUE(stream.resume(2)) << "its result was lost";
    EXPECT_EQ(stream.unsent_bytes(), 0u);
    stream.interrupt();
    EXPECT_FALSE(stream.resume(1)) << "it said that it had it";
}

TEST(BlockStream, GoesOnOnlyWhereNoneBetweenWasAcknowledged) {
    BlockStream stream({.start_bytes = 1, .least_bytes = 1});
    stream.push("abc");
    for (int block = 0; block < 3; ++block)
        ASSERT_TRUE(stream.next(kStart));
    stream.acknowledged(1, kStart);
    stream.interrupt();
    EXPECT_FALSE(stream.resume(0)) << "1 is gone";
    EXPECT_TRUE(stream.resume(2));
    EXPECT_EQ(stream.next(kStart)->octets, "c");
}

TEST(BlockStream, KnowsBlocksOfTheFormerPathAgain) {
    BlockStream stream;
    for (std::uint16_t seq = 0; seq < 70; ++seq) {
        ASSERT_EQ(stream.take(seq, "x", ""), Taken::yes);
        read_all(stream);
    }
    EXPECT_EQ(stream.take(69, "x", ""), Taken::out_of_order) << "nothing broke";
    stream.interrupt();
    ASSERT_TRUE(stream.resume(0));
    for (std::uint16_t seq = 6; seq < 70; ++seq)
        EXPECT_EQ(stream.take(seq, "x", ""), Taken::repeated) << seq;
    EXPECT_EQ(stream.take(5, "x", ""), Taken::out_of_order);
    EXPECT_EQ(stream.take(71, "x", ""), Taken::out_of_order);
    EXPECT_FALSE(stream.has_arrived());
    EXPECT_EQ(stream.take(70, "x", ""), Taken::yes);
}

TEST(BlockStream, WhatWasNotReadComesAgain) {
    BlockStream stream;
    ASSERT_EQ(stream.take(0, "a", ""), Taken::yes);
    ASSERT_EQ(stream.take(1, "b", ""), Taken::yes);
    ASSERT_TRUE(stream.read());
    EXPECT_EQ(stream.forget_unread(), 1);
    EXPECT_FALSE(stream.has_arrived());
    EXPECT_EQ(stream.held_bytes(), 0u);
    EXPECT_EQ(stream.take(1, "b", ""), Taken::yes);
}

}  // namespace
}  // namespace immp::bridge
