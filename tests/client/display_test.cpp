#include "bridge/client/display.hpp"

#include <gtest/gtest.h>

namespace immp::bridge::client {
namespace {

TEST(Display, TakesEscapesAndControlsAway) {
    EXPECT_EQ(many_lines("a\x1b[31mb"), "a\xef\xbf\xbd[31mb");
    EXPECT_EQ(many_lines("bell\x07 del\x7f"), "bell\xef\xbf\xbd del\xef\xbf\xbd");
    EXPECT_EQ(many_lines("csi \xc2\x9b"), "csi \xef\xbf\xbd");
    EXPECT_EQ(many_lines(std::string_view("nul\0", 4)), "nul\xef\xbf\xbd");
}

TEST(Display, TakesTextThatRunsBackwardsAway) {
    EXPECT_EQ(many_lines("x\xe2\x80\xaeyz"), "x\xef\xbf\xbdyz");  // U+202E
    EXPECT_EQ(many_lines("x\xe2\x81\xa6y"), "x\xef\xbf\xbdy");    // U+2066
}

TEST(Display, KeepsGoodText) {
    const std::string good =
        "Gr\xc3\xbc\xc3\x9f"
        "e \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x93\xac\n\tend";
    EXPECT_EQ(many_lines(good), good);
    EXPECT_EQ(many_lines("a\r\nb\rc"),
              "a\nb\xef\xbf\xbd"
              "c");
}

TEST(Display, ReplacesWhatIsNotUtf8) {
    for (const char* bad : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\x80"})
        EXPECT_EQ(many_lines(std::string(bad) + "z").back(), 'z') << bad;
    EXPECT_EQ(many_lines("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Display, PutsEverythingOnOneLine) {
    EXPECT_EQ(one_line("a\nb\tc\r\nd"), "a b c d");
}

TEST(Display, ColumnsCountCharacters) {
    EXPECT_EQ(column("abc", 5), "abc  ");
    EXPECT_EQ(column("abcde", 5), "abcde");
    EXPECT_EQ(column("abcdef", 5), "abcd~");
    EXPECT_EQ(column("\xc3\xbc\xc3\xbc\xc3\xbc", 2), "\xc3\xbc~");
}

TEST(Display, NamesAreNeverCut) {
    EXPECT_EQ(whole_column("abc", 5), "abc  ");
    EXPECT_EQ(whole_column("abcdef", 5), "abcdef");
    EXPECT_EQ(whole_column("\xc3\xbc\n", 4), "\xc3\xbc   ");
}

TEST(Display, SizesAreShort) {
    EXPECT_EQ(size_text(0), "0 B");
    EXPECT_EQ(size_text(1023), "1023 B");
    EXPECT_EQ(size_text(1536), "1.5 KiB");
    EXPECT_EQ(size_text(20u << 20), "20.0 MiB");
}

}  // namespace
}  // namespace immp::bridge::client
