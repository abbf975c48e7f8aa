// The strict reader of one-line objects, and its writer.
#include <gtest/gtest.h>

#include "armor/json_line.hpp"

namespace immp::tests {
namespace {

using namespace armor;

int code_of(std::string_view line, const JsonForm& form = {}) {
    const auto json = JsonReader::parse(line, form);
    return json ? 0 : json.error().code;
}

TEST(JsonLine, GivesEachMemberByName) {
    auto json = JsonReader::parse(
        R"({"t":"a\"\\\u00fc\n","n":9007199254740991,"z":null,"f":true,"ts":["x","y"],"ns":[1,2],"nt":[3,"w"],"o":{"i":0},"os":[{"j":1},{"j":2}]})");
    ASSERT_TRUE(json);
    EXPECT_EQ(json->text("t"), "a\"\\ü\n");
    EXPECT_EQ(json->number("n"), kMaxJsonInteger);
    EXPECT_EQ(json->text_or_null("z"), std::nullopt);
    EXPECT_TRUE(json->flag("f"));
    EXPECT_EQ(json->texts("ts"), (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(json->numbers("ns"), (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(json->number_and_text("nt"), (std::pair<std::uint64_t, std::string>{3, "w"}));
    EXPECT_EQ(json->object("o").number("i"), 0U);
    auto objects = json->objects("os");
    ASSERT_EQ(objects.size(), 2U);
    EXPECT_EQ(objects[0].number("j"), 1U);
    EXPECT_FALSE(json->finish()) << "one member is not taken yet";
    EXPECT_EQ(objects[1].number("j"), 2U);
    EXPECT_TRUE(json->sound());
    EXPECT_TRUE(json->finish());
}

TEST(JsonLine, RefusesEverythingElse) {
    for (const char* line : {"",
                             "1",
                             "[]",
                             "\"x\"",
                             "null",
                             "{",
                             "}",
                             "{}x",
                             " {}",
                             "{} ",
                             "{}\n",
                             "\xef\xbb\xbf{}",
                             "{\"a\":1,\"a\":2}",
                             "{\"a\":1,\"\\u0061\":2}",
                             "{\"o\":{\"a\":1,\"a\":2}}",
                             "{\"a\":1,}",
                             "{a:1}",
                             "{'a':1}",
                             "{\"a\":+1}",
                             "{\"a\":01}",
                             "{\"a\":-0}",
                             "{\"a\":-1}",
                             "{\"a\":1.0}",
                             "{\"a\":1e2}",
                             "{\"a\":9007199254740992}",
                             "{\"a\":18446744073709551616}",
                             "{\"a\":1e999}",
                             "{\"a\":NaN}",
                             "{\"a\":\"\xff\"}",
                             "{\"a\":\"\\ud800\"}",
                             "{\"a\":\"\xc0\x80\"}",
                             "{\"a\":\t1}",
                             "{\"a\":1}{\"b\":2}",
                             "{\"a\":/**/1}",
                             "{\"a\":[[[[1]]]]}"})
        EXPECT_EQ(code_of(line), 400) << line;
    EXPECT_EQ(code_of(std::string_view("{\"a\":\"\0\"}", 9)), 400);
    EXPECT_EQ(code_of("{\"a\" : [ [ [ 1 ] ] ] }"), 0) << "spaces inside are JSON's own";
}

TEST(JsonLine, HoldsItsBounds) {
    const auto line_of = [](std::size_t bytes) {
        return R"({"a":")" + std::string(bytes - 8, 'x') + R"("})";
    };
    EXPECT_EQ(code_of(line_of(kMaxJsonLineBytes)), 0);
    EXPECT_EQ(code_of(line_of(kMaxJsonLineBytes + 1)), 413);
    EXPECT_EQ(code_of(line_of(kMaxJsonLineBytes + 1), {8192, JsonSpace::none}), 0);
    const auto members = [](std::size_t count) {
        std::string line;
        for (std::size_t each = 0; each < count; ++each)
            line += (line.empty() ? "{\"" : ",\"") + std::to_string(each) + "\":1";
        return line + "}";
    };
    EXPECT_EQ(code_of(members(kMaxJsonMembers)), 0);
    EXPECT_EQ(code_of(members(kMaxJsonMembers + 1)), 400);
}

TEST(JsonLine, MayBeLaidOutWhereThatIsAllowed) {
    const JsonForm laid_out{1024, JsonSpace::allowed};
    EXPECT_EQ(code_of(" {\n\t\"a\": 1\r\n}\n", laid_out), 0);
    EXPECT_EQ(code_of("\xef\xbb\xbf{}", laid_out), 400);
    EXPECT_EQ(code_of("[]", laid_out), 400);
    EXPECT_EQ(code_of("{} {}", laid_out), 400);
}

TEST(JsonLine, KeepsTheFirstComplaint) {
    auto json = JsonReader::parse(R"({"a":1,"b":"x","o":{}})");
    ASSERT_TRUE(json);
    EXPECT_EQ(json->text("a"), "");
    EXPECT_EQ(json->number("missing"), 0U);
    JsonReader inner = json->object("o");
    inner.complain("o", "is not liked");
    EXPECT_FALSE(inner.sound());
    ASSERT_FALSE(inner.finish());
    EXPECT_EQ(inner.finish().error().code, 400);
    EXPECT_EQ(inner.finish().error().text, "a is missing or of another type");

    auto other = JsonReader::parse(R"({"b":"x"})");
    JsonReader none = other->object("o");
    EXPECT_EQ(none.text("anything"), "");
    EXPECT_FALSE(none.has("anything"));
    EXPECT_EQ(other->finish().error().text, "o is missing or no object");

    auto nested = JsonReader::parse(R"({"os":[{"i":1,"x":2}]})");
    EXPECT_EQ(nested->objects("os")[0].number("i"), 1U);
    EXPECT_EQ(nested->finish().error().text, "a member that does not belong here");
    for (const char* line : {R"({"os":[1]})", R"({"os":{}})", R"({})"}) {
        auto wrong = JsonReader::parse(line);
        (void)wrong->objects("os");
        EXPECT_FALSE(wrong->finish()) << line;
    }
}

TEST(JsonLine, TypesAreNotConverted) {
    const auto complains = [](auto take) {
        auto json = JsonReader::parse(R"({"t":"1","n":1,"z":null,"f":true,"l":["a",1],"o":{}})").value();
        take(json);
        return !json.sound();
    };
    EXPECT_TRUE(complains([](JsonReader& json) { (void)json.number("t"); }));
    EXPECT_TRUE(complains([](JsonReader& json) { (void)json.text("n"); }));
    EXPECT_TRUE(complains([](JsonReader& json) { (void)json.text("z"); }));
    EXPECT_TRUE(complains([](JsonReader& json) { (void)json.text_or_null("n"); }));
    EXPECT_TRUE(complains([](JsonReader& json) { (void)json.text_or_null("missing"); }));
    EXPECT_TRUE(complains([](JsonReader& json) { (void)json.number("f"); }));
    EXPECT_TRUE(complains([](JsonReader& json) { (void)json.flag("n"); }));
    EXPECT_TRUE(complains([](JsonReader& json) { (void)json.texts("l"); }));
    EXPECT_TRUE(complains([](JsonReader& json) { (void)json.numbers("l"); }));
    EXPECT_TRUE(complains([](JsonReader& json) { (void)json.number_and_text("l"); }));
    EXPECT_TRUE(complains([](JsonReader& json) { (void)json.texts("o"); }));
    EXPECT_TRUE(complains([](JsonReader& json) { (void)json.object("l"); }));
}

TEST(JsonLine, WrittenLinesReadBack) {
    std::string odd;
    for (char c = 1; c < 0x7f; ++c)
        odd += c;
    odd += "ü\u2028\U0001F4E8";
    JsonWriter inner;
    inner.number("i", 7);
    JsonWriter writer;
    writer.text("t", odd).null("z").number("n", kMaxJsonInteger).json("ts", json_texts({odd, ""}));
    writer.json("ns", json_numbers({0, 1})).json("o", inner.line()).json("e", json_texts({}));
    auto json = JsonReader::parse(writer.line());
    ASSERT_TRUE(json) << writer.line();
    EXPECT_EQ(json->text("t"), odd);
    EXPECT_EQ(json->text_or_null("z"), std::nullopt);
    EXPECT_EQ(json->number("n"), kMaxJsonInteger);
    EXPECT_EQ(json->texts("ts"), (std::vector<std::string>{odd, ""}));
    EXPECT_EQ(json->numbers("ns"), (std::vector<std::uint64_t>{0, 1}));
    EXPECT_EQ(json->object("o").number("i"), 7U);
    EXPECT_TRUE(json->texts("e").empty());
    EXPECT_TRUE(json->finish());
    EXPECT_EQ(JsonWriter().line(), "{}");
    EXPECT_EQ(json_text("a\"b\\c\x01"), R"("a\"b\\c\u0001")");
}

}  // namespace
}  // namespace immp::tests
