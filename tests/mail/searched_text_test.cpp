#include "bridge/mail/searched_text.hpp"

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

Part part(const std::string& type) {
    return {"p", type, PartClass::content, 0, 0, {}};
}

TEST(SearchedText, IsThatOfTextParts) {
    EXPECT_TRUE(is_searched(part("text/plain")));
    EXPECT_TRUE(is_searched(part("Text/HTML; charset=utf-8")));
    for (const char* type :
         {"application/immp-sealed", "application/immp-metadata+json", "image/png", "textual/x"})
        EXPECT_FALSE(is_searched(part(type))) << type;
}

TEST(SearchedText, HasNoTags) {
    EXPECT_EQ(searched_text(part("text/html"), "<p class='x'>one<br>two</p>"), " one two ");
    EXPECT_EQ(searched_text(part("text/plain"), "a < b > c"), "a < b > c");
    EXPECT_EQ(searched_text(part("text/html"), "cut <off"), "cut ");
}

TEST(SearchedText, IsUtf8AndMayBeCutAnywhere) {
    const std::string text = "aé€😀";
    for (std::size_t end = 0; end <= text.size(); ++end) {
        const std::string cut = searched_text(part("text/plain"), text.substr(0, end));
        EXPECT_TRUE(text.starts_with(cut));
        EXPECT_LE(end - cut.size(), 3u) << end;
    }
    EXPECT_EQ(searched_text(part("text/plain"), text), text);
    EXPECT_EQ(searched_text(part("text/plain"), "caf\xe9 au lait"), "") << "Latin-1";
}

TEST(SearchedText, NamesAllThatAreShown) {
    Envelope envelope;
    envelope.from = "bob@b.example";
    envelope.original_from = "dave@d.example";
    envelope.to = {"alice@a.example"};
    envelope.cc = {"carol@c.example"};
    const std::string names = searched_names(envelope);
    for (const char* name : {"bob@b.example", "dave@d.example", "alice@a.example", "carol@c.example"})
        EXPECT_NE(names.find(name), std::string::npos) << name;
}

}  // namespace
}  // namespace immp::bridge
