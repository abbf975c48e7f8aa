// What the domains of a node and of its subscribers say to each other.
#include "bridge/mail/feed_word.hpp"

#include <gtest/gtest.h>

#include "bridge/mail/push_token.hpp"

namespace immp::bridge {
namespace {

constexpr const char* kUuid = "0b7e2a4e-5a1c-4b7e-9d55-0123456789ab";

TEST(FeedWord, AWishReadsBack) {
    const std::string json = feed_wish_json({kUuid, 7, kUuid});
    EXPECT_EQ(json,
              std::string(R"({"feed":")") + kUuid + R"(","after":7,"subscription":")" + kUuid + R"("})");
    const auto wish = parse_feed_wish(json);
    ASSERT_TRUE(wish);
    EXPECT_EQ(wish->feed, kUuid);
    EXPECT_EQ(wish->after, 7u);
    EXPECT_EQ(wish->subscription, kUuid);
}

TEST(FeedWord, AWishOfAnotherFormIsNone) {
    for (const char* json :
         {"", "{}", R"({"feed":"x"})", R"({"feed":"0B7E2A4E-5A1C-4B7E-9D55-0123456789AB"})",
          R"({"feed":"0b7e2a4e-5a1c-4b7e-9d55-0123456789ab","more":1})",
          R"({"feed":"0b7e2a4e-5a1c-4b7e-9d55-0123456789ab","after":-1})",
          R"({"feed":"0b7e2a4e-5a1c-4b7e-9d55-0123456789ab","subscription":"x"})"}) {
        const auto wish = parse_feed_wish(json);
        EXPECT_FALSE(wish) << json;
        if (!wish) {
            EXPECT_EQ(wish.error().code, 400) << json;
        }
    }
    EXPECT_EQ(parse_feed_wish(std::string(1'025, ' ')).error().code, 413);
}

TEST(FeedWord, ANodesWordReadsBack) {
    NodeWord word{"News \"of\" b", "What is new", false, 12, 3};
    word.admitted = {kUuid};
    word.waiting = {kUuid, kUuid};
    const auto read = parse_node_word(node_word_json(word));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->title, word.title);
    EXPECT_EQ(read->description, word.description);
    EXPECT_FALSE(read->is_open);
    EXPECT_EQ(read->sequence, 12u);
    EXPECT_EQ(read->version, 3u);
    EXPECT_EQ(read->admitted, word.admitted);
    EXPECT_TRUE(read->refused.empty());
    EXPECT_EQ(read->waiting.size(), 2u);
}

TEST(FeedWord, ANodesWordIsBounded) {
    const auto code = [](const NodeWord& word) {
        const auto read = parse_node_word(node_word_json(word));
        return read ? 0 : read.error().code;
    };
    NodeWord word{std::string(kMaxTitleBytes, 'x'), std::string(kMaxDescriptionBytes, 'x'), true, 0, 0};
    EXPECT_EQ(code(word), 0);
    word.title += 'x';
    EXPECT_EQ(code(word), 413);
    word.title = "line\nbreak";
    EXPECT_EQ(code(word), 415);
    word.title = "News";
    word.admitted.assign(kMaxDecided + 1, kUuid);
    EXPECT_EQ(code(word), 413);
    word.admitted = {"x"};
    EXPECT_EQ(code(word), 400);
}

TEST(FeedWord, TokensAreComparedWhole) {
    const std::string token = make_push_token();
    EXPECT_TRUE(is_push_token(token));
    EXPECT_TRUE(is_same_push_token(token, token));
    EXPECT_FALSE(is_same_push_token(token, make_push_token()));
    EXPECT_FALSE(is_same_push_token(token, token.substr(1)));
    EXPECT_FALSE(is_same_push_token(token, ""));
}

}  // namespace
}  // namespace immp::bridge
