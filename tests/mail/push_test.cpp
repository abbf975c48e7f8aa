// What pushes and items of nodes are made of: tokens, actions, their metadata.
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "bridge/mail/inner.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/mail/push_action.hpp"
#include "bridge/mail/push_token.hpp"
#include "tests/mail/sample.hpp"
#include "tests/support/folders.hpp"

namespace immp::bridge {
namespace {

TEST(PushTokens, HaveOneForm) {
    const std::string token = make_push_token();
    EXPECT_TRUE(is_push_token(token)) << token;
    EXPECT_NE(token, make_push_token());
    EXPECT_NE(push_token_hash(token), push_token_hash(make_push_token()));
    const std::string zeros(43, 'A');
    EXPECT_TRUE(is_push_token(zeros));
    for (const std::string& bad :
         {std::string(), std::string(42, 'A'), std::string(44, 'A'), std::string(42, 'A') + "B",
          std::string(42, 'A') + "=", std::string(41, 'A') + "+A", std::string(41, 'A') + "/A"})
        EXPECT_FALSE(is_push_token(bad)) << bad;
}

int action_code(const PushAction& action) {
    const auto done = check_action(action);
    return done ? 0 : done.error().code;
}

TEST(PushActions, OpenOnlyWhatIsShownWhole) {
    for (const char* good : {"https://b.example/confirm?t=1#x", "HTTPS://b.example", "https://[::1]:8443/",
                             "immp:alice@a.example", "immp://news/today@b.example?subscribe"})
        EXPECT_EQ(action_code({"Open", good}), 0) << good;
    for (const char* bad : {"", "http://b.example/", "javascript:alert(1)", "file:///etc/passwd", "https:",
                            "https://", "https:///path", "https://bank.example@evil.example/", "https://:80/",
                            "https://b.example/a b", "https://b.example/\"", "https://b.example/\\",
                            "immp:", "imid:alice@a.example", "https://b.example/\xc3\xa9"})
        EXPECT_EQ(action_code({"Open", bad}), 400) << bad;
    EXPECT_EQ(action_code({"", "https://b.example/"}), 400);
    EXPECT_EQ(action_code({std::string(65, 'x'), "https://b.example/"}), 413);
    EXPECT_EQ(action_code({"Open", "https://b.example/" + std::string(1'000, 'x')}), 413);
    EXPECT_EQ(action_code({"Op\nen", "https://b.example/"}), 415);
}

TEST(PushMetadata, IsReadAsItIsWritten) {
    Envelope envelope;
    EXPECT_EQ(metadata_json(envelope), "");
    envelope.in_reply_to = "0f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11";
    envelope.actions = {{"Confirm \"me\"", "https://b.example/c?t=1"}, {"No", "immp:b@b.example"}};
    auto push = parse_metadata(metadata_json(envelope), Kind::push);
    ASSERT_TRUE(push) << push.error().text;
    EXPECT_EQ(push->in_reply_to, envelope.in_reply_to);
    EXPECT_EQ(push->actions, envelope.actions);
    EXPECT_EQ(parse_metadata(metadata_json(envelope)).error().code, 400) << "mail has no actions";

    Envelope item;
    item.sequence = 7;
    item.previous = std::string(64, 'a');
    auto place = parse_metadata(metadata_json(item), Kind::item);
    ASSERT_TRUE(place) << place.error().text;
    EXPECT_EQ(place->sequence, 7u);
    EXPECT_EQ(place->previous, item.previous);
}

TEST(PushMetadata, AgreesWithTheVectors) {
    const std::map<std::string, Kind> kinds = {
        {"mail", Kind::mail}, {"push", Kind::push}, {"item", Kind::item}};
    std::ifstream file(tests::tests_path("vectors/metadata.txt"));
    std::size_t cases = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#")) continue;
        std::istringstream words(line);
        std::string kind;
        std::string expected;
        words >> kind >> expected;
        words.get();
        std::string json;
        std::getline(words, json);
        EXPECT_EQ(parse_metadata(json, kinds.at(kind)) ? "accepted" : "refused", expected) << line;
        ++cases;
    }
    EXPECT_GT(cases, 40u);
}

TEST(PushMetadata, TellsWhatIsWrongWithActions) {
    const auto code = [](const std::string& actions) {
        const auto read = parse_metadata("{\"actions\":[" + actions + "]}", Kind::push);
        return read ? 0 : read.error().code;
    };
    const std::string yes = R"({"label":"Yes","uri":"https://b.example/y"})";
    EXPECT_EQ(code(yes), 0);
    EXPECT_EQ(code(yes + "," + yes), 400) << "two with one label";
    EXPECT_EQ(code(R"({"label":"Yes","uri":"http://b.example/"})"), 400);
    EXPECT_EQ(code(yes + "," + yes + "," + yes + "," + yes + "," + yes + "," + yes), 413);
}

TEST(PushItems, CarryTheirTokenInTheInnerEnvelope) {
    Inner inner = plain_inner(3);
    inner.message.envelope.kind = Kind::push;
    inner.token = make_push_token();
    const std::string json = inner_json(inner).value();
    const auto read = parse_inner(json);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->token, inner.token);
    EXPECT_EQ(read->message.envelope.kind, Kind::push);
    std::string bad = json;
    bad.replace(bad.find(inner.token), 1, "=");
    EXPECT_EQ(parse_inner(bad).error().code, 400);
    Inner without = inner;
    without.token.clear();
    EXPECT_EQ(message_digest(inner.message), message_digest(without.message)) << "the same message";
}

}  // namespace
}  // namespace immp::bridge
