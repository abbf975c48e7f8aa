#include "component/pacing.hpp"

#include <algorithm>
#include <deque>

#include <gtest/gtest.h>

namespace immp::component {
namespace {

using namespace std::chrono_literals;

// A path that carries `rate` octets a second after `delay`, fed as the bridge feeds it: the window full.
struct Path {
    double rate;
    std::chrono::milliseconds delay;
};

struct Run {
    Pacing pacing;
    double carried = 0;                       // octets a second over the second half
    std::chrono::duration<double> slowest{};  // ack of the second half
};

Run drive(const Path& path, std::chrono::seconds length) {
    struct Flight {
        std::size_t bytes;
        Time sent_at;
        Time acked_at;
    };
    Run run;
    Time now{};
    Time free_at{};  // the path's queue is empty
    std::deque<Flight> flights;
    std::size_t total = 0;
    while (now.time_since_epoch() < length) {
        while (flights.size() < run.pacing.window()) {
            const auto bytes = run.pacing.piece_bytes();
            const auto takes = std::chrono::duration_cast<Clock::duration>(
                std::chrono::duration<double>(static_cast<double>(bytes) / path.rate));
            free_at = std::max(free_at, now) + takes;
            flights.push_back({bytes, now, free_at + path.delay});
            run.pacing.sent(bytes);
        }
        const auto flight = flights.front();
        flights.pop_front();
        now = flight.acked_at;
        run.pacing.answered(flight.bytes, flight.sent_at, now);
        if (now.time_since_epoch() < length / 2) continue;
        total += flight.bytes;
        run.slowest = std::max<std::chrono::duration<double>>(run.slowest, now - flight.sent_at);
    }
    run.carried = static_cast<double>(total) / (std::chrono::duration<double>(length).count() / 2);
    return run;
}

TEST(Pacing, BeginsWithFourPiecesOf32KiB) {
    EXPECT_EQ(Pacing().piece_bytes(), 32U * 1'024);
    EXPECT_EQ(Pacing().window(), 4U);
}

TEST(Pacing, FillsAFastPathWithTheLargestPieces) {
    const auto run = drive({20e6, 5ms}, 20s);
    EXPECT_EQ(run.pacing.piece_bytes(), 290U * 1'024);
    EXPECT_GT(run.carried, 19e6);
}

TEST(Pacing, FillsAStockProsody) {
    const auto run = drive({2.5e6, 20ms}, 60s);
    EXPECT_GT(run.carried, 2.4e6);
    EXPECT_LT(run.slowest, 2'500ms);
}

// Debian's limits: nothing is lost, only late. What is under way must not grow beyond some seconds.
TEST(Pacing, KeepsASlowPathFullWithoutALongQueue) {
    const auto run = drive({22e3, 20ms}, 300s);
    EXPECT_GT(run.carried, 21e3);
    EXPECT_LT(run.slowest, 3s);
}

TEST(Pacing, NeverLeavesItsBounds) {
    Pacing pacing;
    for (int count = 0; count < 200; ++count) {
        pacing.sent(1'000);
        pacing.failed(1'000, Time{} + std::chrono::seconds(count), Time{} + std::chrono::seconds(count));
    }
    EXPECT_EQ(pacing.piece_bytes(), 4U * 1'024);
    EXPECT_EQ(pacing.window(), 2U);
    EXPECT_EQ(pacing.under_way(), 0U);
}

TEST(Pacing, ShrinksOnceForAllThatWasUnderWay) {
    Pacing pacing;
    const auto piece = pacing.piece_bytes();
    const Time sent_at{10s};
    for (int count = 0; count < 4; ++count)
        pacing.sent(piece);
    for (int count = 0; count < 4; ++count)
        pacing.failed(piece, sent_at, sent_at + 30s);
    EXPECT_EQ(pacing.piece_bytes(), piece / 2);
}

TEST(Pacing, LearnsNothingWhereLittleIsSent) {
    Pacing pacing;
    for (int count = 0; count < 1'000; ++count) {
        pacing.sent(2'000);
        pacing.answered(2'000, Time{1s}, Time{1s} + 1ms);
    }
    EXPECT_EQ(pacing.piece_bytes(), 32U * 1'024);
}

TEST(Pacing, AGoneLinkIsNoNewsAboutThePath) {
    Pacing pacing;
    pacing.sent(32'768);
    pacing.forgotten(32'768);
    EXPECT_EQ(pacing.piece_bytes(), 32U * 1'024);
    EXPECT_EQ(pacing.under_way(), 0U);
}

TEST(Pacing, PatienceGrowsWithWhatIsUnderWayAndTheMeasuredDelay) {
    Pacing pacing;
    const auto before = pacing.patience(32'768);
    pacing.sent(131'072);
    const auto guessed = pacing.patience(32'768);
    EXPECT_GT(guessed, before);
    // 30 kB/s on the wire: what four pieces take must be well within the deadline.
    EXPECT_GT(guessed, 3 * 131'072s / 22'000);
    pacing.answered(131'072, Time{1s}, Time{1s} + 10ms);
    EXPECT_LT(pacing.patience(32'768), before);
}

}  // namespace
}  // namespace immp::component
