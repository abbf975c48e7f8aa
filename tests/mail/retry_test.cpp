#include "bridge/mail/retry.hpp"

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct Row {
    RetryCause cause;
    std::uint32_t failures;
    milliseconds longest;
};

// Decisions, 4: the two schedules.
const Row kSchedule[] = {
    {RetryCause::policy, 1, minutes(5)},
    {RetryCause::policy, 2, minutes(10)},
    {RetryCause::policy, 3, minutes(15)},
    {RetryCause::policy, 4, minutes(30)},
    {RetryCause::policy, 5, minutes(60)},
    {RetryCause::policy, 6, minutes(120)},
    {RetryCause::policy, 7, minutes(240)},
    {RetryCause::policy, 8, minutes(240)},
    {RetryCause::policy, 4'000'000'000, minutes(240)},
    {RetryCause::lost, 1, seconds(1)},
    {RetryCause::lost, 2, seconds(2)},
    {RetryCause::lost, 3, seconds(4)},
    {RetryCause::lost, 8, seconds(128)},
    {RetryCause::lost, 9, seconds(256)},
    {RetryCause::lost, 10, minutes(5)},
    {RetryCause::lost, 40, minutes(5)},
    {RetryCause::lost, 4'000'000'000, minutes(5)},
    {RetryCause::lost, 0, seconds(1)},
    {RetryCause::policy, 0, minutes(5)},
};

TEST(RetryPause, FollowsTheSchedule) {
    for (const Row& row : kSchedule) {
        EXPECT_EQ(retry_pause(row.cause, row.failures, 0), row.longest * 4 / 5) << row.failures;
        const milliseconds half = retry_pause(row.cause, row.failures, 0.5);
        EXPECT_EQ(half, row.longest * 9 / 10) << row.failures;
        const milliseconds last = retry_pause(row.cause, row.failures, 0.999'999);
        EXPECT_LE(last, row.longest) << row.failures;
        EXPECT_GE(last, row.longest - seconds(1)) << row.failures;
    }
}

TEST(RetryPause, NeverIsNothing) {
    EXPECT_GE(retry_pause(RetryCause::lost, 1, 0), milliseconds(800));
}

TEST(RetryBounds, AreThoseOfTheProtocol) {
    EXPECT_EQ(kDelayNotice, std::chrono::hours(4));
    EXPECT_EQ(kRetryHorizon, std::chrono::days(5));
    EXPECT_EQ(kResealAfter, std::chrono::hours(24));
    EXPECT_LT(kResealAfter, std::chrono::days(7)) << "a bundle that old is refused with 424";
}

}  // namespace
}  // namespace immp::bridge
