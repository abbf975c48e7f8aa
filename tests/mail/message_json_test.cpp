#include "bridge/mail/message_json.hpp"

#include <gtest/gtest.h>

#include "armor/base64.hpp"
#include "bridge/wire/json_value.hpp"
#include "tests/mail/sample.hpp"

namespace immp::bridge {
namespace {

Message full_message() {
    Message message = sample_message();
    Envelope& envelope = message.envelope;
    envelope.reply_to = "office@a.example";
    envelope.in_reply_to = "1f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11";
    envelope.references = {"2f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11", envelope.in_reply_to};
    envelope.received_via = {{"gateway.example", at(1'790'000'002), true},
                             {"c.example", at(1'790'000'003), false}};
    envelope.failed = {{"eve@c.example", 451, "No such \"mailbox\""}};
    return message;
}

TEST(MessageJson, SaysAllThatTheMessageHolds) {
    const auto json =
        JsonValue::parse(rendered(message_json(full_message(), "here", JsonStyle::compact), kSampleBodies));
    ASSERT_TRUE(json) << json.error().text;
    EXPECT_EQ(json->text("_id"), "here");
    const JsonValue envelope = json->member("envelope");
    EXPECT_EQ(envelope.text("id"), kSampleId);
    EXPECT_EQ(envelope.text("from"), "alice@a.example");
    EXPECT_EQ(envelope.texts("to"), (std::vector<std::string>{"bob@b.example", "carol@b.example"}));
    EXPECT_EQ(envelope.texts("cc"), std::vector<std::string>{"dave@c.example"});
    EXPECT_EQ(envelope.text("reply-to"), "office@a.example");
    EXPECT_EQ(envelope.text("subject"), "Grüße \"from\" a\\b");
    EXPECT_EQ(envelope.text("date"), "2026-09-21T14:13:20Z");
    EXPECT_EQ(envelope.text("expires"), "2026-09-22T14:13:20Z");
    EXPECT_EQ(envelope.text("importance"), "high");
    EXPECT_EQ(envelope.text("in-reply-to"), "1f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11");
    EXPECT_EQ(envelope.texts("references").size(), 2u);
    ASSERT_EQ(envelope.member("received").items().size(), 1u);
    EXPECT_EQ(envelope.member("received").items()[0].text("domain"), "a.example");
    EXPECT_EQ(envelope.member("received").items()[0].text("timestamp"), "2026-09-21T14:13:21Z");
    const auto relays = envelope.member("received-via").items();
    ASSERT_EQ(relays.size(), 2u);
    EXPECT_EQ(relays[0].text("domain"), "gateway.example");
    EXPECT_EQ(relays[0].text("timestamp"), "2026-09-21T14:13:22Z");
    EXPECT_TRUE(relays[0].flag("verified"));
    EXPECT_FALSE(relays[1].flag("verified"));
    ASSERT_EQ(envelope.member("failed").items().size(), 1u);
    EXPECT_EQ(envelope.member("failed").items()[0].number("code"), 451u);
    EXPECT_EQ(envelope.member("failed").items()[0].text("cause"), "No such \"mailbox\"");
    const auto parts = json->member("parts").items();
    ASSERT_EQ(parts.size(), 3u);
    EXPECT_EQ(parts[0].text("class"), "content");
    EXPECT_EQ(parts[1].text("class"), "");
    EXPECT_EQ(parts[2].text("id"), "käse.bin");
    EXPECT_EQ(parts[2].text("type"), "image/png");
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::string& body = kSampleBodies.at(static_cast<BodyId>(i + 1));
        EXPECT_EQ(parts[i].number("length"), body.size());
        EXPECT_EQ(parts[i].text("encoding"), "base64");
        EXPECT_EQ(parts[i].text("data"), armor::encode_base64(as_bytes(body)));
    }
}

TEST(MessageJson, LeavesOutWhatThereIsNot) {
    Message bare = full_message();
    bare.envelope = Envelope{};
    bare.envelope.id = kSampleId;
    const std::string json = rendered(message_json(bare, kSampleId, JsonStyle::compact), kSampleBodies);
    ASSERT_TRUE(JsonValue::parse(json));
    for (const char* key :
         {"cc", "reply-to", "expires", "secure", "in-reply-to", "references", "received-via", "failed"})
        EXPECT_EQ(json.find("\"" + std::string(key) + "\""), json.npos) << key;
    EXPECT_NE(json.find("\"to\":[]"), json.npos);
    EXPECT_NE(json.find("\"received\":[]"), json.npos);
}

TEST(MessageJson, TellsHowOftenAPushWasRepeated) {
    Message push = full_message();
    push.envelope.kind = Kind::push;
    const auto json = [&](std::uint32_t repeats) {
        return rendered(message_json(push, kSampleId, JsonStyle::compact, repeats), kSampleBodies);
    };
    EXPECT_NE(json(3).find(R"("repeats":3,)"), std::string::npos);
    EXPECT_EQ(json(0).find("repeats"), std::string::npos);
}

/// JSON without the white space that means nothing.
std::string squeezed(std::string_view json) {
    std::string out;
    bool in_text = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (json[i] == '"' && (i == 0 || json[i - 1] != '\\')) in_text = !in_text;
        if (in_text || (json[i] != ' ' && json[i] != '\n')) out += json[i];
    }
    return out;
}

TEST(MessageJson, PrettyMeansTheSame) {
    Message message = full_message();
    message.envelope.subject = "two  \"spaces\"";
    const std::string compact = rendered(message_json(message, "x", JsonStyle::compact), kSampleBodies);
    const std::string pretty = rendered(message_json(message, "x", JsonStyle::pretty), kSampleBodies);
    EXPECT_EQ(compact, squeezed(compact) + "\n") << "compact is one line without blanks";
    EXPECT_EQ(squeezed(pretty), squeezed(compact));
    EXPECT_NE(pretty.find("\n    \"subject\": \"two  "), pretty.npos);
    EXPECT_NE(pretty.find("\"received\": [\n      {\n        \"domain\""), pretty.npos);
    message.envelope.received.clear();
    EXPECT_NE(rendered(message_json(message, "x", JsonStyle::pretty), kSampleBodies).find("\"received\": []"),
              std::string::npos);
}

TEST(MessageJson, KnowsItsLengthBeforeItIsRead) {
    for (const JsonStyle style : {JsonStyle::compact, JsonStyle::pretty}) {
        for (std::size_t octets : {0u, 1u, 2u, 3u, 56u, 57u, 58u, 47'880u, 47'881u, 200'000u}) {
            Message message = full_message();
            message.parts[0].length = octets;
            auto bodies = kSampleBodies;
            bodies[1].assign(octets, 'b');
            const Segments segments = message_json(message, "x", style);
            EXPECT_EQ(wire_bytes(segments), rendered(segments, bodies).size()) << octets;
        }
    }
}

TEST(MessageJson, EscapesWhatEndsAText) {
    Message message = full_message();
    const std::string hostile = "\"},\"parts\":[],\"x\":{\"\\";
    message.envelope.subject = message.envelope.from = message.parts[0].id = hostile;
    message.envelope.failed[0].cause = "a\nb\x01";
    const auto json =
        JsonValue::parse(rendered(message_json(message, hostile, JsonStyle::pretty), kSampleBodies));
    ASSERT_TRUE(json);
    EXPECT_EQ(json->text("_id"), hostile);
    EXPECT_EQ(json->member("envelope").text("subject"), hostile);
    EXPECT_EQ(json->member("envelope").member("failed").items()[0].text("cause"), "a\nb\x01");
    EXPECT_EQ(json->member("parts").items().size(), 3u);
    EXPECT_EQ(json->member("parts").items()[0].text("id"), hostile);
}

}  // namespace
}  // namespace immp::bridge
