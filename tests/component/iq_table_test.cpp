#include "component/iq_table.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/component/world_double.hpp"

namespace immp::component {
namespace {

using namespace std::chrono_literals;

class IqTableTest : public testing::Test {
  protected:
    std::string add(std::string expected, std::chrono::seconds patience) {
        return table_.add(std::move(expected), double_.now + patience,
                          [this](Result<Stanza> answer) { heard_.push_back(std::move(answer)); });
    }
    IqTable::Match take(const std::string& from, const std::string& id) {
        return table_.take(Stanza{{StanzaName::iq, "result", id, from, ""}, {}});
    }

    WorldDouble double_;
    IqTable table_{double_.world.fresh_id};
    std::vector<Result<Stanza>> heard_;
};

TEST_F(IqTableTest, TakesAnAnswerOnce) {
    const auto id = add("b.example", 10s);
    EXPECT_EQ(take("b.example", id), IqTable::Match::taken);
    EXPECT_EQ(take("b.example", id), IqTable::Match::unexpected);
    ASSERT_EQ(heard_.size(), 1U);
    EXPECT_EQ(heard_[0]->head.from, "b.example");
}

TEST_F(IqTableTest, IgnoresTheRightIdFromAnotherJid) {
    const auto id = add("b.example", 10s);
    for (const auto* from : {"c.example", "", "b.example/x", "x@b.example", "B.example"})
        EXPECT_EQ(take(from, id), IqTable::Match::unexpected);
    EXPECT_EQ(take("b.example", "id99"), IqTable::Match::unexpected);
    EXPECT_TRUE(heard_.empty());
    EXPECT_EQ(take("b.example", id), IqTable::Match::taken);
}

TEST_F(IqTableTest, EndsWhatIsDueWith720) {
    const auto id = add("b.example", 10s);
    add("c.example", 20s);
    table_.expire(double_.now + 9s);
    EXPECT_TRUE(heard_.empty());
    table_.expire(double_.now + 10s);
    ASSERT_EQ(heard_.size(), 1U);
    EXPECT_EQ(heard_[0].error().code, 720);
    EXPECT_TRUE(heard_[0].error().temporary());
    EXPECT_EQ(take("b.example", id), IqTable::Match::unexpected);
    EXPECT_EQ(table_.size(), 1U);
}

TEST_F(IqTableTest, EndsEverythingWhenTheLinkGoesDown) {
    add("b.example", 10s);
    add("c.example", 10s);
    table_.fail_all(Error{704, "down", {}, 5s});
    ASSERT_EQ(heard_.size(), 2U);
    EXPECT_EQ(heard_[1].error().code, 704);
    EXPECT_EQ(table_.size(), 0U);
}

TEST_F(IqTableTest, EndsWhatWasAskedOfOne) {
    add("b.example", 10s);
    const auto other = add("c.example", 10s);
    add("b.example", 20s);
    table_.fail_asked("b.example", Error{704, "down", {}, 5s});
    ASSERT_EQ(heard_.size(), 2U);
    EXPECT_EQ(heard_[0].error().code, 704);
    EXPECT_EQ(take("c.example", other), IqTable::Match::taken);
}

TEST_F(IqTableTest, ACallbackMayAskAgain) {
    (void)table_.add("b.example", double_.now, [this](Result<Stanza>) { add("b.example", 10s); });
    table_.fail_all(Error{704, "down", {}, 5s});
    EXPECT_EQ(table_.size(), 1U);
    table_.expire(double_.now + 10s);
    EXPECT_EQ(heard_.size(), 1U);
}

}  // namespace
}  // namespace immp::component
