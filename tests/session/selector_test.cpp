#include "bridge/mail/selector.hpp"

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

TEST(Selector, Forms) {
    EXPECT_EQ(parse_selector("")->kind, SelectorKind::all);
    EXPECT_EQ(parse_selector("*")->kind, SelectorKind::all);
    EXPECT_EQ(parse_selector("unread")->kind, SelectorKind::unread);
    EXPECT_EQ(parse_selector("flagged")->kind, SelectorKind::flagged);
    EXPECT_EQ(parse_selector("from=Bob@B.example")->from, "bob@b.example");
    EXPECT_EQ(parse_selector("since=2013-10-17T03:01:50Z")->since.time_since_epoch().count(), 1'381'978'910);
    EXPECT_EQ(parse_selector("text=lunch").error().code, 701);
    for (const char* bad : {"UNREAD", "**", "since", "since=", "since=2013-10-17", "from=", "from=@", "new"})
        EXPECT_EQ(parse_selector(bad).error().code, 400) << bad;
}

}  // namespace
}  // namespace immp::bridge
