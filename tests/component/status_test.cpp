// The steps of `immpd status` and the lines that carry them; at the real daemon: tests/e2e/test_status.py.
#include "component/status.hpp"

#include <gtest/gtest.h>

namespace immp::component {
namespace {

void expect_same(const Step& read, const Step& written) {
    EXPECT_EQ(read.name, written.name);
    EXPECT_EQ(read.outcome, written.outcome);
    EXPECT_EQ(read.detail, written.detail);
    EXPECT_EQ(read.remedy, written.remedy);
}

TEST(StatusTest, AStoreThatWritesNeedsNoRemedy) {
    const Step step = store_step("/var/lib/immp", bridge::Done{});
    expect_same(step, {"store", Step::Outcome::ok, "writes to /var/lib/immp are synced", ""});
}

TEST(StatusTest, AStoreThatFailsTellsWhyAndWhere) {
    const Step step = store_step("/mail", fail(702, "the store cannot write", "disk full"));
    EXPECT_EQ(step.outcome, Step::Outcome::failed);
    EXPECT_EQ(step.detail, "the store cannot write (disk full)");
    EXPECT_NE(step.remedy.find("/mail"), std::string::npos);
}

TEST(StatusTest, ALineCarriesAStep) {
    const Step failed{"handshake", Step::Outcome::failed, "it said \"no\"\n", "ask again"};
    const Step good{"store", Step::Outcome::ok, "fine", ""};
    for (const Step& step : {failed, good}) {
        const std::string line = step_line(step);
        EXPECT_EQ(line.find('\n'), line.npos);
        auto read = parse_step_line(line);
        ASSERT_TRUE(read) << read.error().text;
        expect_same(*read, step);
    }
}

TEST(StatusTest, WhatIsNoStepIsRefused) {
    for (const char* line : {"", "ok", "{}", R"({"step":"store","ok":"yes","detail":"","remedy":""})",
                             R"({"step":"store","ok":true,"detail":""})"}) {
        auto read = parse_step_line(line);
        ASSERT_FALSE(read) << line;
        EXPECT_EQ(read.error().code, 400) << line;
    }
}

}  // namespace
}  // namespace immp::component
