#include "bridge/mail/metadata.hpp"

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

int metadata_code(std::string_view json) {
    const auto metadata = parse_metadata(json);
    return metadata ? 0 : metadata.error().code;
}

TEST(MetadataType, KnowsNoCaseAndIgnoresParameters) {
    for (const char* type :
         {"application/immp-metadata+json", "Application/IMMP-Metadata+JSON",
          "application/immp-metadata+json; charset=utf-8", "application/immp-metadata+json ;a=b"})
        EXPECT_TRUE(is_metadata_type(type)) << type;
    for (const char* type : {"application/json", "application/immp-metadata+json2", "immp-metadata+json", ""})
        EXPECT_FALSE(is_metadata_type(type)) << type;
}

TEST(Metadata, GivesPreparedNames) {
    const auto metadata = parse_metadata(R"({
        "to": ["Bob@B.example", "carol+lists@c.example"],
        "cc": ["DAVE@d.example"],
        "reply-to": "Alice@A.example",
        "in-reply-to": "0f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11",
        "references": ["0f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11", "1f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11"],
        "date": "2026-09-21T14:13:20Z"
    })");
    ASSERT_TRUE(metadata) << metadata.error().text;
    EXPECT_EQ(metadata->to, (std::vector<std::string>{"bob@b.example", "carol+lists@c.example"}));
    EXPECT_EQ(metadata->cc, std::vector<std::string>{"dave@d.example"});
    EXPECT_EQ(metadata->reply_to, "alice@a.example");
    EXPECT_EQ(metadata->in_reply_to, "0f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11");
    EXPECT_EQ(metadata->references.size(), 2u);
    EXPECT_EQ(metadata->date, Time(std::chrono::seconds(1'790'000'000)));
}

TEST(Metadata, MaySayNothing) {
    const auto metadata = parse_metadata("{}");
    ASSERT_TRUE(metadata);
    EXPECT_TRUE(metadata->to.empty() && metadata->cc.empty() && metadata->reply_to.empty() &&
                metadata->in_reply_to.empty() && metadata->references.empty() && !metadata->date);
}

TEST(Metadata, RefusesTheFormWith400) {
    for (const char* bad :
         {"", "[]", "{", "{}{}", R"({"to":["bob@b.example"],"to":[]})", R"({"bcc":["x@y.example"]})",
          R"({"subject":"s"})", R"({"to":"bob@b.example"})", R"({"to":[1]})",
          R"({"reply-to":["a@b.example"]})", R"({"date":"2026-09-21"})", R"({"date":1790000000})",
          R"({"to":["no address"]})", R"({"to":["bob@b..example"]})", R"({"to":[""]})", R"({"reply-to":""})",
          R"({"in-reply-to":"x"})", R"({"references":["0F6D9D1E-5B1C-4C83-9F60-7D2F5F8F7C11"]})",
          "{\"to\":[\"a\nb@c.example\"]}"})
        EXPECT_EQ(metadata_code(bad), 400) << bad;
}

TEST(Metadata, RefusesControlsWith415) {
    for (const char* bad : {R"({"to":["bob\r\n@b.example"]})", R"({"cc":["bob\u0000@b.example"]})",
                            R"({"reply-to":"bob@b.example\u0085"})", R"({"in-reply-to":"x\ny"})",
                            R"({"references":["\u007f"]})"})
        EXPECT_EQ(metadata_code(bad), 415) << bad;
}

TEST(Metadata, IsBoundedWith413) {
    const std::string padding(kMaxMetadataBytes - 2, ' ');
    EXPECT_EQ(metadata_code("{" + padding + "}"), 0);
    EXPECT_EQ(metadata_code("{ " + padding + "}"), 413);
    std::string names = "\"b@b.example\"";
    for (std::size_t i = 1; i < kMaxMetadataNames; ++i)
        names += ",\"b@b.example\"";
    EXPECT_EQ(metadata_code("{\"cc\":[" + names + "]}"), 0);
    EXPECT_EQ(metadata_code("{\"cc\":[" + names + ",\"b@b.example\"]}"), 413);
}

TEST(HeaderText, HoldsNoControls) {
    for (const char* good : {"", "plain", "Grüße", "日本", "\xc2\xa0", "a  b", "=?UTF-8?B?eA==?="})
        EXPECT_TRUE(is_header_text(good)) << good;
    for (const char* bad : {"\n", "\r", "a\tb", "\x1b[31m", "\x7f", "\xc2\x80", "\xc2\x85", "\xc2\x9f",
                            "\xff", "\xc3", "\xed\xa0\x80"})
        EXPECT_FALSE(is_header_text(bad)) << testing::PrintToString(bad);
    EXPECT_FALSE(is_header_text(std::string_view("\0", 1)));
}

}  // namespace
}  // namespace immp::bridge
