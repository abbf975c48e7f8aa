// Names of nodes, as they are written.
#include "bridge/wire/node_name.hpp"

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

TEST(NodeName, IsAnImidWhoseDomainMayBeLeftOut) {
    const auto name = [](std::string_view text) {
        const auto node = parse_node(text, "a.example");
        return node ? node->text() : std::to_string(node.error().code);
    };
    EXPECT_EQ(name("alice/news"), "alice/news@a.example");
    EXPECT_EQ(name("Alice"), "alice@a.example");
    EXPECT_EQ(name("newsletter/Updates@B.example"), "newsletter/updates@b.example");
    EXPECT_EQ(name("newsletter@b.example/updates"), "newsletter/updates@b.example") << "the draft's form";
    EXPECT_EQ(name("newsletter@b.example/a/b"), "newsletter/a/b@b.example");
    for (const char* bad :
         {"", "@", "@b.example", "alice+x", "alice+x@b.example", "a//b", "a/@b.example", "a@b@c",
          "a@b.example#0b7e2a4e-5a1c-4b7e-9d55-0123456789ab",
          "a@b.example/x#0b7e2a4e-5a1c-4b7e-9d55-0123456789ab", "a+x@b.example/c", "a@b.example/c+x"})
        EXPECT_EQ(name(bad), "400") << bad;
    EXPECT_EQ(name("\xff"), "415");
}

TEST(NodeName, APublishersHasItsDomain) {
    const auto name = [](std::string_view text) {
        const auto publisher = parse_publisher(text);
        return publisher ? publisher->text() : std::to_string(publisher.error().code);
    };
    EXPECT_EQ(name("Newsletter@website.com"), "newsletter@website.com");
    EXPECT_EQ(name("newsletter/updates@website.com"), "newsletter/updates@website.com");
    EXPECT_EQ(name("newsletter@website.com/updates"), "newsletter/updates@website.com") << "the draft's form";
    for (const char* bad :
         {"newsletter", "website.com", "website.com/updates", "a+x@website.com", "a+x@website.com/c"})
        EXPECT_EQ(name(bad), "400") << bad;
}

}  // namespace
}  // namespace immp::bridge
