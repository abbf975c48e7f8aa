#include "bridge/net/output_queue.hpp"

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

std::string take_all(OutputQueue& queue, std::size_t step) {
    std::string taken;
    while (!queue.empty()) {
        const std::string_view front = queue.front();
        const std::size_t octets = std::min(step, front.size());
        taken += front.substr(0, octets);
        queue.consume(octets);
    }
    return taken;
}

TEST(OutputQueue, JoinsSmallPieces) {
    OutputQueue queue;
    queue.push("200 ok\n");
    queue.push("");
    queue.push("205 bye\n");
    EXPECT_EQ(queue.front(), "200 ok\n205 bye\n");
    EXPECT_EQ(queue.size_bytes(), 15u);
}

TEST(OutputQueue, KeepsOctetsInOrderHoweverTheyAreTaken) {
    std::string sent;
    for (std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, std::size_t{1} << 20}) {
        OutputQueue queue;
        std::string expected;
        for (std::size_t i = 0; i < 40; ++i) {
            const std::string piece(i * 97, static_cast<char>('a' + i % 26));
            queue.push(piece);
            expected += piece;
        }
        EXPECT_EQ(queue.size_bytes(), expected.size());
        EXPECT_EQ(take_all(queue, step), expected) << "step " << step;
        EXPECT_EQ(queue.size_bytes(), 0u);
        EXPECT_TRUE(queue.front().empty());
    }
}

TEST(OutputQueue, TakesMoreWhileAChunkIsHalfWritten) {
    OutputQueue queue;
    queue.push("abcdef");
    queue.consume(2);
    queue.push("gh");
    EXPECT_EQ(queue.size_bytes(), 6u);
    EXPECT_EQ(take_all(queue, 3), "cdefgh");
}

TEST(OutputQueue, LeavesLargePiecesWhole) {
    OutputQueue queue;
    queue.push("head\n");
    queue.push(std::string(OutputQueue::kChunkBytes, 'x'));
    EXPECT_EQ(queue.front(), "head\n");
    queue.consume(5);
    EXPECT_EQ(queue.front().size(), OutputQueue::kChunkBytes);
}

}  // namespace
}  // namespace immp::bridge
