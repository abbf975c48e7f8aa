#include "component/xml_writer.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/component/stream_text.hpp"

namespace immp::component {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

TEST(XmlWriter, EscapesWhatXmlMeansSomethingBy) {
    EXPECT_EQ(escaped("<a b='c' d=\"e\">&\t\r\n"),
              "&lt;a b=&apos;c&apos; d=&quot;e&quot;&gt;&amp;&#9;&#13;&#10;");
}

TEST(XmlWriter, KeepsEveryAllowedCharacter) {
    for (const std::string text : {"\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                                   "\xee\x80\x80", "\xef\xbf\xbd", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
        EXPECT_EQ(escaped(text), text);
}

TEST(XmlWriter, ReplacesWhatXmlDoesNotAllow) {
    for (const auto& text : {std::string(1, '\0'), std::string("\x01"), std::string("\x1f"),
                             std::string("\x80"), std::string("\xff"), std::string("\xc3")})
        EXPECT_EQ(escaped(text), kReplacement);
    // Overlong, surrogate, not characters, too high, cut: one replacement an octet.
    for (const std::string text : {"\xc0\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xef\xbf\xbe", "\xef\xbf\xbf",
                                   "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
        std::string expected;
        for (std::size_t at = 0; at < text.size(); ++at)
            expected += kReplacement;
        EXPECT_EQ(escaped(text), expected);
    }
    EXPECT_EQ(escaped("a\xffz"), "a" + std::string(kReplacement) + "z");
}

TEST(XmlWriter, LeavesOutEmptyAttributes) {
    EXPECT_EQ(element("a", {{"b", ""}, {"c", "1"}}), "<a c='1'/>");
    EXPECT_EQ(element("a", {}, "<b/>"), "<a><b/></a>");
}

// Whatever octets stand in the arguments, the server's parser must take the stanza.
TEST(XmlWriter, WritesWhatTheReaderReadsForEveryOctet) {
    std::string all;
    for (int octet = 0; octet < 256; ++octet)
        all += static_cast<char>(octet);
    const auto text = std::string(kHeader) + iq({"get", all, all, "immp.b.example"}, {});
    const auto events = read_whole(text);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[1].rfind("iq type=get id=", 0), 0U) << events[1];
}

TEST(XmlWriter, HeaderAndErrorAreAStream) {
    const auto text = stream_header("immp.a.example") + stream_error("not-well-formed");
    EXPECT_EQ(read_whole(text).back(), "ended");
}

}  // namespace
}  // namespace immp::component
