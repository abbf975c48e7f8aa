#include "bridge/client/question.hpp"

#include <gtest/gtest.h>

#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {
namespace {

using Words = std::vector<std::string>;

Reply reply_of(const std::string& text) {
    return Reply{{}, 200, false, text};
}

TEST(Question, TellsWordsFromFields) {
    const Reply reply = reply_of(R"("my \"phone\"" secret=own reason="two words")");
    EXPECT_EQ(words_of(reply), Words{"my \"phone\""});
    EXPECT_EQ(field_of(reply, "secret"), "own");
    EXPECT_EQ(field_of(reply, "reason"), "two words");
    EXPECT_EQ(field_of(reply, "seen"), "");
}

TEST(Question, AQuotedWordIsNoField) {
    const Reply reply = reply_of(R"("bounce=1@b.example" waiting "pushes=7" pushes=2)");
    EXPECT_EQ(words_of(reply), (Words{"bounce=1@b.example", "waiting", "pushes=7"}));
    EXPECT_EQ(field_of(reply, "bounce"), "");
    EXPECT_EQ(field_of(reply, "pushes"), "2");
}

TEST(Question, ReadsBackEveryTokenOfTheServer) {
    for (const std::string text :
         {"", "plain", "with blank", "a\"b", "a\\b", "a,b", "a=b", "e=5.1.1", "A=b", "/a=b"})
        EXPECT_EQ(words_of(reply_of(as_token(text) + " n=1")), Words{text}) << text;
}

}  // namespace
}  // namespace immp::bridge::client
