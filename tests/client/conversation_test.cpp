#include "bridge/client/conversation.hpp"

#include <gtest/gtest.h>

#include "bridge/client/connection.hpp"

namespace immp::bridge::client {
namespace {

TEST(Reply, IsReadWithAndWithoutMore) {
    const auto last = parse_reply("250 n=2 next=abc");
    ASSERT_TRUE(last);
    EXPECT_EQ(last->code, 250);
    EXPECT_FALSE(last->more);
    EXPECT_EQ(last->field("next"), "abc");
    EXPECT_EQ(last->field("n"), "2");
    EXPECT_EQ(last->field("ext"), std::nullopt);
    const auto more = parse_reply("250- {\"a\":1}");
    ASSERT_TRUE(more);
    EXPECT_TRUE(more->more);
    EXPECT_EQ(more->text, "{\"a\":1}");
    EXPECT_TRUE(parse_reply("100  two blanks")->text.starts_with(" two"));
    EXPECT_TRUE(parse_reply("221"));
}

TEST(Reply, RefusesOtherLines) {
    for (const char* line :
         {"", "25", "2x0 a", "050 a", "250x", "250-x", "1:250 x", "a b: 250 x", ": 250 x", "SSH-2.0-x"})
        EXPECT_FALSE(parse_reply(line)) << line;
}

TEST(Reply, TellsThePipelineItBelongsTo) {
    EXPECT_EQ(parse_reply("w: 310- /INBOX u=1 t=2")->pipeline, "w");
    EXPECT_EQ(parse_reply("w: 310- /INBOX u=1 t=2")->text, "/INBOX u=1 t=2");
    EXPECT_EQ(parse_reply("200 w: no id")->pipeline, "");
}

TEST(Reply, IsTemporaryExactlyWithRetry) {
    const Error busy = parse_reply("705 Overloaded e=4.4.5 retry=30")->error();
    EXPECT_EQ(busy.code, 705);
    EXPECT_EQ(busy.text, "Overloaded");
    EXPECT_EQ(busy.retry, std::chrono::seconds(30));
    EXPECT_FALSE(parse_reply("451 Recipient refused e=5.1.1")->error().temporary());
    EXPECT_FALSE(parse_reply("451 x e=5.1.1 retry=soon")->error().temporary());
}

TEST(Endpoint, IsReadInAllItsForms) {
    EXPECT_EQ(parse_endpoint("a.example"), (Endpoint{"a.example", 1025}));
    EXPECT_EQ(parse_endpoint("a.example:99"), (Endpoint{"a.example", 99}));
    EXPECT_EQ(parse_endpoint("[::1]"), (Endpoint{"::1", 1025}));
    EXPECT_EQ(parse_endpoint("[::1]:99"), (Endpoint{"::1", 99}));
    EXPECT_EQ(parse_endpoint("[::1]:99")->text(), "[::1]:99");
    for (const char* bad :
         {"", ":1", "a:", "a:0", "a:65536", "a:b", "::1", "[::1", "[]:1", "[::1]x", "a:1:2"}) {
        const auto endpoint = parse_endpoint(bad);
        ASSERT_FALSE(endpoint) << bad;
        EXPECT_EQ(endpoint.error().status, ExitStatus::usage);
    }
}

TEST(Failure, FollowsTheServersCode) {
    const auto status = [](const char* line) { return refusal_failure(parse_reply(line)->error()).status; };
    EXPECT_EQ(status("402 x e=5.7.8"), ExitStatus::credentials);
    EXPECT_EQ(status("404 x e=5.1.1"), ExitStatus::no_input);
    EXPECT_EQ(status("413 x e=5.3.4"), ExitStatus::bad_input);
    EXPECT_EQ(status("451 x e=5.1.1"), ExitStatus::refused);
    EXPECT_EQ(status("710 x e=5.5.0"), ExitStatus::protocol);
    EXPECT_EQ(status("404 x e=4.1.1 retry=5"), ExitStatus::temporary);
    EXPECT_EQ(status("700 x e=4.3.0 retry=5"), ExitStatus::temporary);
    EXPECT_EQ(status("400 x e=5.5.2"), ExitStatus::bad_input);
}

TEST(Failure, HasTheRemedyOfItsCommand) {
    constexpr Remedy remedies[] = {{404, "immp ls shows what is there"}, {413, "send less"}};
    const auto text = [&](const char* line) {
        return mended(refusal_failure(parse_reply(line)->error()), remedies).text;
    };
    EXPECT_EQ(text("404 x e=5.1.1"), "the server says 404 x; immp ls shows what is there");
    EXPECT_EQ(text("409 x e=5.6.0"), "the server says 409 x");
    EXPECT_EQ(text("413 x e=4.3.4 retry=5"), "the server says 413 x; try again in 5 s");
    EXPECT_EQ(text("451 x e=5.1.1"), "the server says 451 x; check the address");
}

TEST(Failure, ShowsAStrangersTextSafely) {
    const std::string text = refusal_failure({451, "no\x1b[2J\nway", {}, std::nullopt}).text;
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace immp::bridge::client
