#include "bridge/wire/reply.hpp"

#include <gtest/gtest.h>

#include "armor/names.hpp"
#include "bridge/wire/part_name.hpp"

namespace immp::bridge {
namespace {

TEST(ReplyLine, HasOneForm) {
    EXPECT_EQ(reply_line("", 200, More::last, "OK"), "200 OK\n");
    EXPECT_EQ(reply_line("", 240, More::follows, "a"), "240- a\n");
    EXPECT_EQ(reply_line("beef", 240, More::follows, "a"), "beef: 240- a\n");
    EXPECT_EQ(refusal_line("x", {451, "Gone", "secret", {}}), "x: 451 Gone e=5.1.1\n");
    EXPECT_EQ(refusal_line("", {451, "", "", std::chrono::seconds(5)}),
              "451 Recipient refused e=4.1.1 retry=5\n");
}

TEST(ReplyLine, NeverHoldsALineOfSomebodyElse) {
    EXPECT_EQ(reply_line("", 451, More::last, "a\r\n200 OK\x7f\xc2\x85z"), "451 a??200 OK??z\n");
    EXPECT_EQ(reply_line("", 451, More::last, std::string("a\0b", 3)), "451 a?b\n");
}

TEST(ReplyLine, IsBounded) {
    std::string umlauts;
    while (umlauts.size() < 70'000)
        umlauts += "\u00e4";
    const std::string line = reply_line("beef", 250, More::last, umlauts);
    EXPECT_LE(line.size(), kMaxReplyBytes);
    EXPECT_GT(line.size(), kMaxReplyBytes - 3);
    EXPECT_TRUE(armor::is_utf8(line));
    EXPECT_TRUE(refusal_line("", {451, umlauts, "", {}}).ends_with(" e=5.1.1\n"));
}

TEST(ReplyToken, IsQuotedWhereItWouldReadAsAField) {
    EXPECT_EQ(as_token("bounce=1@b.example"), "\"bounce=1@b.example\"");
    EXPECT_EQ(as_token("a=b"), "\"a=b\"");
    EXPECT_EQ(as_token("x-2="), "\"x-2=\"");
    for (const char* plain : {"b@b.example", "=b", "/a=b", "XMPP=ON", "https://b.example/?n=1", "a.b=c"})
        EXPECT_EQ(as_token(plain), plain);
    EXPECT_TRUE(reads_as_field("retry=5"));
    EXPECT_FALSE(reads_as_field(as_token("retry=5")));
}

TEST(PartName, IsNoPath) {
    for (const char* good : {"a", "logo.jpg", "...", "a b", "\u00e4", "con"})
        EXPECT_TRUE(is_part_name(good)) << good;
    for (const std::string bad : {"", ".", "..", "/a", "a/b", "..\\a", "a\nb", "\x7f", "\xff"})
        EXPECT_FALSE(is_part_name(bad)) << bad;
    EXPECT_TRUE(is_part_name(std::string(255, 'x')));
    EXPECT_FALSE(is_part_name(std::string(256, 'x')));
}

TEST(MediaType, IsTypeAndSubtype) {
    for (const char* good : {"text/plain", "text/plain; charset=utf-8", "application/immp-metadata+json"})
        EXPECT_TRUE(is_media_type(good)) << good;
    for (const char* bad : {"", "text", "/plain", "text/", "te xt/plain", "text/pl ain", "text/plain\n",
                            "text/\u00e4", "text/plain/x"})
        EXPECT_FALSE(is_media_type(bad)) << bad;
}

}  // namespace
}  // namespace immp::bridge
