// Patterns of blocked senders: their one form, and whom they mean.
#include "bridge/mail/block.hpp"

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

TEST(BlockPattern, HasOneForm) {
    EXPECT_EQ(parse_block_pattern("Bob@B.Example"), "bob@b.example");
    EXPECT_EQ(parse_block_pattern("B.example"), "b.example");
    EXPECT_EQ(parse_block_pattern("Helpdesk/Alice@a.example"), "helpdesk/alice@a.example");
    EXPECT_EQ(parse_block_pattern("*@B.Example"), "*@b.example");
    EXPECT_EQ(parse_block_pattern("News*@*.B.example"), "news*@*.b.example");
    EXPECT_EQ(parse_block_pattern("*.STRASSE.example"), "*.strasse.example");
    EXPECT_EQ(parse_block_pattern("*Ä*"), "*ä*");
    EXPECT_EQ(parse_block_pattern("*"), "*");
}

TEST(BlockPattern, RefusesWhatIsNone) {
    for (const char* text :
         {"", "bob@", "@b.example", "a b@c.example", "*,b.example", "b.example.", "*@*@*",
          "bob+lists@b.example", "b.example/INBOX", "xn--abc.example", "*\\*", "*#*", "*+x@b"})
        EXPECT_FALSE(parse_block_pattern(text)) << text;
    EXPECT_EQ(parse_block_pattern(std::string(2'000, '*')).error().code, 400);
    EXPECT_EQ(parse_block_pattern("*\xff").error().code, 415);
}

TEST(BlockPattern, ReadsBackAsItself) {
    for (const char* text : {"Bob@B.Example", "*@B.Example", "*.Straße.example", "News*@*"}) {
        const std::string once = parse_block_pattern(text).value();
        EXPECT_EQ(parse_block_pattern(once), once);
    }
}

struct MatchCase {
    const char* pattern;
    const char* address;
    const char* domain;
    bool matches;
};

TEST(BlockMatch, IsByAddressOrDomain) {
    const MatchCase cases[] = {
        {"bob@b.example", "bob@b.example", "b.example", true},
        {"bob@b.example", "bobby@b.example", "b.example", false},
        {"b.example", "bob@b.example", "b.example", true},
        {"b.example", "b.example", "b.example", true},  // an anonymous sender
        {"b.example", "bob@sub.b.example", "sub.b.example", false},
        {"*.b.example", "bob@sub.b.example", "sub.b.example", true},
        {"*.b.example", "bob@b.example", "b.example", false},
        {"*b.example", "bob@b.example", "b.example", true},
        {"*@b.example", "bob@b.example", "b.example", true},
        {"*@b.example", "b.example", "b.example", false},
        {"news*@*.example", "newsletter@shop.example", "shop.example", true},
        {"news*@*.example", "anews@shop.example", "shop.example", false},
        {"*", "bob@b.example", "b.example", true},
    };
    for (const MatchCase& each : cases)
        EXPECT_EQ(block_matches(each.pattern, each.address, each.domain), each.matches)
            << each.pattern << " " << each.address;
}

TEST(Glob, TakesNoLongerThanItsProduct) {
    std::string glob;
    for (int i = 0; i < 500; ++i)
        glob += "*a";
    EXPECT_FALSE(glob_matches(glob + "b", std::string(1'000, 'a')));
    EXPECT_TRUE(glob_matches("*", ""));
    EXPECT_TRUE(glob_matches("", ""));
    EXPECT_FALSE(glob_matches("", "a"));
    EXPECT_TRUE(glob_matches("a*b*c", "aXbYc"));
    EXPECT_FALSE(glob_matches("a*b*c", "acb"));
}

TEST(BlockAction, NamesReadBack) {
    for (const BlockAction action : {BlockAction::junk, BlockAction::drop, BlockAction::reject})
        EXPECT_EQ(action_of(action_name(action)), action);
    EXPECT_EQ(action_of("BOUNCE"), std::nullopt);
}

}  // namespace
}  // namespace immp::bridge
