// The walk of `immpd ping`; its steps and remedies on real servers are tests/e2e/test_ping.py.
#include "component/diagnosis.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "tests/component/side_double.hpp"

namespace immp::component {
namespace {

class DiagnosisTest : public testing::Test {
  protected:
    void walk() {
        take_walk(side_.asker,
                  {"a.example", "immp.a.example", "127.0.0.1:5347", "b.example", "immp.b.example"}, {},
                  [this](Steps steps) { steps_ = std::move(steps); });
        side_.list("immp.a.example");
    }
    /// b.example's component comes up in the middle: what it, or its domain, was asked is lost.
    void peer_comes_up() {
        static_cast<void>(side_.outlet.next());
        side_.asker.lost("b.example");
        side_.outside.run_deferred();
    }

    std::optional<Steps> steps_;  // outlives the side, which ends what it owes
    SideDouble side_;
};

TEST_F(DiagnosisTest, AsksOnceMoreWhatAPeerThatCameUpCutOff) {
    walk();
    peer_comes_up();
    side_.feature("jabber:client");
    side_.list("immp.c.example");
    ASSERT_TRUE(steps_);
    ASSERT_EQ(steps_->size(), 3U);
    EXPECT_EQ(steps_->at(1).name, "DNS and s2s");
    EXPECT_EQ(steps_->at(1).outcome, Step::Outcome::ok);
    EXPECT_EQ(steps_->back().name, "peer's listing");
}

TEST_F(DiagnosisTest, DoesNotAskForEver) {
    walk();
    peer_comes_up();
    peer_comes_up();
    ASSERT_TRUE(steps_);
    EXPECT_EQ(steps_->back().name, "DNS and s2s");
    EXPECT_EQ(steps_->back().outcome, Step::Outcome::failed);
}

}  // namespace
}  // namespace immp::component
