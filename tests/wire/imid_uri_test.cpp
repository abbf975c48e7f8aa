// IMIDs as URIs, and as local parts of JIDs: both ways.
#include "bridge/wire/imid_uri.hpp"

#include <random>

#include <gtest/gtest.h>

#include "bridge/wire/jid_escape.hpp"
#include "bridge/wire/prep.hpp"

namespace immp::bridge {
namespace {

constexpr const char* kUuid = "619b982c-f9b4-4263-bbc7-755afc7710dd";

TEST(ImidUri, HasOneForm) {
    const std::pair<std::string, std::string> cases[] = {
        {"imid:Alice@A.example", "imid:alice@a.example"},
        {"IMID:alice+lists@a.example", "imid:alice+lists@a.example"},
        {std::string("imid:alice@a.example/INBOX#") + kUuid,
         std::string("imid:alice@a.example/INBOX#") + kUuid},
        {std::string("imid:alice@a.example/INBOX#") + kUuid + "?part=logo.jpg",
         std::string("imid:alice@a.example/INBOX#") + kUuid + "?part=logo.jpg"},
        {"immp://newsletter/updates@website.example?subscribe",
         "immp:newsletter/updates@website.example?subscribe"},
        {"immp:newsletter/updates@website.example?subscribe",
         "immp:newsletter/updates@website.example?subscribe"},
        {"imid:bob@b.example?subject=Lunch%20at%20%C3%96&x=1%262",
         "imid:bob@b.example?subject=Lunch%20at%20%C3%96&x=1%262"},
        {"imid:gr\u00fc\u00dfe@b\u00fccher.example", "imid:gr%C3%BCsse@b%C3%BCcher.example"},
        {"imid:gr%c3%bcn@b.example", "imid:gr%C3%BCn@b.example"},
        {"imid:alice@a.example/my lists", "imid:alice@a.example/my%20lists"},
        {"imid:a.example", "imid:a.example"},
    };
    for (const auto& [text, form] : cases) {
        const auto uri = parse_imid_uri(text);
        ASSERT_TRUE(uri) << text << ": " << uri.error().text;
        EXPECT_EQ(uri->text(), form);
        EXPECT_EQ(parse_imid_uri(form), *uri) << form;
    }
}

TEST(ImidUri, ReadsItsOptions) {
    const auto uri = parse_imid_uri("immp:a@b.example?subscribe&title=x%3Dy&empty=").value();
    EXPECT_EQ(uri.scheme, UriScheme::immp);
    ASSERT_EQ(uri.options.size(), 3u);
    EXPECT_EQ(uri.options[0], (ImidUri::Option{"subscribe", ""}));
    EXPECT_EQ(uri.options[1], (ImidUri::Option{"title", "x=y"}));
    EXPECT_EQ(uri.options[2], (ImidUri::Option{"empty", ""}));
}

TEST(ImidUri, RefusesWhatIsNone) {
    for (const char* text :
         {"", "imid:", "alice@a.example", "mailto:alice@a.example", "xmpp:alice@a.example",
          "imid://a@b.example", "imid:a@b.example?", "imid:a@b.example?=x", "imid:a@b.example?a&&b",
          "imid:a%@b.example", "imid:a%4@b.example", "imid:a%zz@b.example", "imid:a%23x@b.example",
          "imid:a%3fx@b.example", "imid:a@b.example#x", "imid:a@b.example/INBOX#", "imid:a%00@b.example",
          "imid:imid:a@b.example"})
        EXPECT_FALSE(parse_imid_uri(text)) << text;
    EXPECT_EQ(parse_imid_uri("imid:a@b.example?x=%ff").error().code, 415);
    std::string many = "imid:a@b.example?x";
    for (std::size_t i = 0; i < kMaxUriOptions; ++i)
        many += "&x";
    EXPECT_FALSE(parse_imid_uri(many));
    EXPECT_FALSE(parse_imid_uri("imid:a@b.example?" + std::string(kMaxUriBytes, 'x')));
}

TEST(JidEscape, IsThatOfXep0106) {
    EXPECT_EQ(jid_local_of(*parse_imid("bob@b.example")), "bob\\40b.example");
    EXPECT_EQ(jid_local_of(*parse_imid("helpdesk/alice+lists@a.example")),
              "helpdesk\\2falice+lists\\40a.example");
    EXPECT_EQ(imid_of_jid_local("bob\\40b.example")->text(), "bob@b.example");
    EXPECT_EQ(imid_of_jid_local("bob\\40b.example\\2finbox")->folder, "/inbox");
    EXPECT_FALSE(jid_local_of(*parse_imid("b.example")));
    EXPECT_FALSE(jid_local_of(*parse_imid("bob@b.example/INBOX"))) << "a server would fold it";
}

TEST(JidEscape, RefusesWhatDoesNotEscapeBack) {
    for (const char* local :
         {"bob@b.example", "bob", "b.example", "bob\\5c40b.example", "bob\\40b.example\\40c",
          "Bob\\40b.example", "bob\\40B.example", "bob\\40b.example/INBOX", "\\40b.example", "bob\\4",
          "imid\\3abob\\40b.example", ""})
        EXPECT_FALSE(imid_of_jid_local(local)) << local;
}

/// Names of all that may stand in an IMID and much that may not.
std::string random_name(std::mt19937& random) {
    static constexpr const char* kPieces[] = {"a",      "bob",    "@",      "/",         "+",  "\\", "\\40",
                                              "\\5c",   "\\2f",   ".",      "x.example", "B",  " ",  ":",
                                              "'",      "\"",     "&",      "<",         ">",  "#",  "\u00e4",
                                              "\u00df", "\u3002", "\u0627", "\u200b",    "20", "40", "5c"};
    std::string name;
    const std::size_t count = 1 + random() % 8;
    for (std::size_t i = 0; i < count; ++i)
        name += kPieces[random() % std::size(kPieces)];
    return name;
}

TEST(JidEscape, LosesNothingEitherWay) {
    std::mt19937 random(5);
    int there = 0;
    int back = 0;
    for (int i = 0; i < 50'000; ++i) {
        const std::string name = random_name(random);
        if (const auto imid = parse_imid(i % 2 ? name : "bob@b.example/" + name)) {
            if (const auto local = jid_local_of(*imid)) {
                ++there;
                EXPECT_EQ(imid_of_jid_local(*local), *imid) << name;
                EXPECT_EQ(nodeprep(*local), *local);
                EXPECT_EQ(local->find_first_of(" \"&'/:<>@"), std::string::npos);
            }
        }
        const std::string local = i % 2 ? name : "bob\\40b.example" + name;
        if (const auto imid = imid_of_jid_local(local)) {
            ++back;
            EXPECT_EQ(jid_local_of(*imid), local);
        }
    }
    EXPECT_GT(there, 500);
    EXPECT_GT(back, 500);
}

}  // namespace
}  // namespace immp::bridge
