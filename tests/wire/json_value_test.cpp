#include "bridge/wire/json_value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

using testing::ElementsAre;

TEST(JsonValue, ReadsMembersByTheirType) {
    const auto value = JsonValue::parse(
        R"({"_id":"x","to":["a@x","b@x"],"one":"c@x","length":42,"neg":-1,"odd":[1,"d"],"in":{"k":"v"},"yes":true,"no":false})");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->text("_id"), "x");
    EXPECT_EQ(value->number("length"), 42u);
    EXPECT_THAT(value->texts("to"), ElementsAre("a@x", "b@x"));
    EXPECT_THAT(value->texts("one"), ElementsAre("c@x"));
    EXPECT_THAT(value->texts("odd"), ElementsAre("d"));
    EXPECT_EQ(value->member("in").text("k"), "v");
    EXPECT_TRUE(value->flag("yes"));
    EXPECT_FALSE(value->flag("no"));
}

TEST(JsonValue, WhatIsNotThereIsEmpty) {
    const auto value = JsonValue::parse(R"({"n":1,"t":"x","neg":-1,"f":1.5})");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->text("n"), "");
    EXPECT_EQ(value->text("none"), "");
    EXPECT_EQ(value->number("t"), 0u);
    EXPECT_EQ(value->number("neg"), 0u);
    EXPECT_EQ(value->number("f"), 0u);
    EXPECT_FALSE(value->flag("n"));
    EXPECT_FALSE(value->flag("none"));
    EXPECT_TRUE(value->texts("none").empty());
    EXPECT_TRUE(value->member("none").items().empty());
    EXPECT_EQ(value->member("t").text("k"), "");
}

TEST(JsonValue, ItemsOutliveTheDocumentsValue) {
    std::vector<JsonValue> items;
    {
        const auto value = JsonValue::parse(R"({"parts":[{"id":"a"},{"id":"b"}]})");
        ASSERT_TRUE(value);
        items = value->member("parts").items();
    }
    ASSERT_EQ(items.size(), 2u);
    EXPECT_EQ(items[1].text("id"), "b");
}

TEST(JsonValue, RefusesWhatIsNoJson) {
    for (const char* text : {"", "{", "{'a':1}", "{\"a\":}", "\xff", "{\"a\":1} x"}) {
        const auto value = JsonValue::parse(text);
        ASSERT_FALSE(value) << text;
        EXPECT_EQ(value.error().code, 415);
    }
}

TEST(JsonValue, RefusesDeepNesting) {
    EXPECT_TRUE(JsonValue::parse(std::string(64, '[') + std::string(64, ']')));
    EXPECT_FALSE(JsonValue::parse(std::string(65, '[') + std::string(65, ']')));
    EXPECT_FALSE(JsonValue::parse(std::string(1'000'000, '[')));
    EXPECT_TRUE(JsonValue::parse("\"" + std::string(100, '[') + "\\\"" + std::string(100, '[') + "\""));
}

constexpr const char* kDocument = R"({"data":"QUJDREVGR0g=","text":"a\"b\\cdefghijkl","n":[1,2],"s":"abc"})";
constexpr const char* kCut = R"({"data":"QUJD","text":"a\"b\\cdefghijkl","n":[1,2],"s":"abc"})";

TEST(JsonStringCutter, CutsLongStringsAndNothingElse) {
    EXPECT_EQ(JsonStringCutter(4).feed(kDocument), kCut);
    EXPECT_EQ(JsonStringCutter(100).feed(kDocument), kDocument);
}

TEST(JsonStringCutter, CutsTheSameInPieces) {
    const std::string_view document = kDocument;
    for (std::size_t at = 0; at <= document.size(); ++at) {
        JsonStringCutter cutter(4);
        std::string kept = cutter.feed(document.substr(0, at));
        kept += cutter.feed(document.substr(at));
        EXPECT_EQ(kept, kCut) << "split at " << at;
    }
    JsonStringCutter cutter(4);
    std::string kept;
    for (const char c : document)
        kept += cutter.feed({&c, 1});
    EXPECT_EQ(kept, kCut);
}

TEST(JsonStringCutter, AnEscapeBehindTheCutIsDroppedWithTheRest) {
    EXPECT_EQ(JsonStringCutter(4).feed(R"({"d":"abcdef\"gh","e":1})"), R"({"d":"abcd","e":1})");
}

}  // namespace
}  // namespace immp::bridge
