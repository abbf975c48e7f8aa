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
    EXPECT_EQ(parse_selector("text= lunch  at=noon \"x\" NOT")->words,
              (std::vector<std::string>{"lunch", "at=noon", "\"x\"", "NOT"}));
    EXPECT_EQ(parse_selector("text=lunch")->kind, SelectorKind::text);
    for (const char* bad : {"UNREAD", "**", "since", "since=", "since=2013-10-17", "from=", "from=@", "new",
                            "text", "text=", "text=  "})
        EXPECT_EQ(parse_selector(bad).error().code, 400) << bad;
    std::string words = "text=";
    for (std::size_t count = 0; count < kMaxSearchWords; ++count)
        words += "w ";
    EXPECT_TRUE(parse_selector(words));
    EXPECT_EQ(parse_selector(words + "w").error().code, 413);
}

}  // namespace
}  // namespace immp::bridge
