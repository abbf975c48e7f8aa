#include "bridge/wire/imid.hpp"

#include <gtest/gtest.h>

#include "bridge/wire/path.hpp"
#include "bridge/wire/prep.hpp"

namespace immp::bridge {
namespace {

struct Case {
    std::string_view in;
    std::string_view out;  ///< the prepared text, or the code of the refusal
};

constexpr Case kCases[] = {
    // the plain forms of draft 4.1
    {"alice@a.example", "alice@a.example"},
    {"a.example", "a.example"},
    {"alice@a.example/INBOX", "alice@a.example/INBOX"},
    {"alice@a.example/INBOX/Receipts", "alice@a.example/INBOX/Receipts"},
    {"alice@a.example/INBOX#619b982c-f9b4-4263-bbc7-755afc7710dd",
     "alice@a.example/INBOX#619b982c-f9b4-4263-bbc7-755afc7710dd"},
    {"alice+Lists@a.example", "alice+Lists@a.example"},
    {"alice+a+b@a.example", "alice+a+b@a.example"},
    {"helpdesk/alice@a.example", "helpdesk/alice@a.example"},
    {"helpdesk/alice+x/y@a.example/INBOX", "helpdesk/alice+x/y@a.example/INBOX"},
    {"newsletter/updates@website.com", "newsletter/updates@website.com"},
    // Nodeprep and Nameprep: case, NFKC, what maps to nothing
    {"ALICE@A.EXAMPLE", "alice@a.example"},
    {"Stra\u00dfe@a.example", "strasse@a.example"},
    {"\u00c4rger@a.example", "\u00e4rger@a.example"},
    {"a\u0308rger@a.example", "\u00e4rger@a.example"},
    {"\ufb01sh@a.example", "fish@a.example"},
    {"\uff41lice@a.example", "alice@a.example"},
    {"al\u00adice@a.example", "alice@a.example"},
    {"alice@M\u00dcNCHEN.example", "alice@m\u00fcnchen.example"},
    {"alice@a\uff0eexample", "alice@a.example"},
    {"\u03a3\u03a3@a.example", "\u03c3\u03c3@a.example"},
    // prohibited: blanks, controls, JID specials, whatever NFKC makes of others
    {"al ice@a.example", "400"},
    {"al\u00a0ice@a.example", "400"},
    {"al\"ice@a.example", "400"},
    {"al&ice@a.example", "400"},
    {"al'ice@a.example", "400"},
    {"al:ice@a.example", "400"},
    {"al<ice@a.example", "400"},
    {"al\u202eice@a.example", "400"},
    {"al\ue000ice@a.example", "400"},
    {"al\uff20ice@a.example", "400"},
    {"al\uff0fice@a.example", "400"},
    {"al\uff0bice@a.example", "400"},
    {"al\uff03ice@a.example", "400"},
    {"al\uff0cice@a.example", "400"},
    {"al\uff1bice@a.example", "400"},
    {"al\uff3cice@a.example", "400"},
    {"al\u037eice@a.example", "400"},
    // right-to-left rules of stringprep, 6
    {"\u05d0\u05d1@a.example", "\u05d0\u05d1@a.example"},
    {"\u05d0b@a.example", "400"},
    {"\u05d01@a.example", "400"},
    // unassigned in Unicode 3.2
    {"al\u0221ice@a.example", "400"},
    {"\U0001f600@a.example", "400"},
    {"alice@\U0001f600.example", "400"},
    {"\u1e9e@a.example", "400"},
    // reserved characters
    {"al#ice@a.example", "400"},
    {"al?ice@a.example", "400"},
    {"al,ice@a.example", "400"},
    {"al;ice@a.example", "400"},
    {"al\\ice@a.example", "400"},
    // form
    {"", "400"},
    {"@", "400"},
    {"@a.example", "400"},
    {"alice@", "400"},
    {"alice@@a.example", "400"},
    {"alice@b@a.example", "400"},
    {"alice+@a.example", "400"},
    {"+lists@a.example", "400"},
    {"alice+a b@a.example", "400"},
    {"alice+a,b@a.example", "400"},
    {"alice+a//b@a.example", "400"},
    {"/alice@a.example", "400"},
    {"helpdesk/@a.example", "400"},
    {"helpdesk//alice@a.example", "400"},
    {"alice@a.example/", "400"},
    {"alice@a.example/INBOX/", "400"},
    {"alice@a.example/INBOX//x", "400"},
    {"alice@a.example/IN::BOX", "400"},
    {"alice@a.example/INBOX?subscribe", "400"},
    {"alice@a.example/INBOX#", "400"},
    {"alice@a.example/INBOX#1", "400"},
    {"alice@a.example/INBOX#619B982C-F9B4-4263-BBC7-755AFC7710DD", "400"},
    {"alice@a.example#619b982c-f9b4-4263-bbc7-755afc7710dd", "400"},
    {"a.example/INBOX", "400"},
    // the draft's scheme
    {"imid:alice@a.example", "alice@a.example"},
    {"IMID:Alice@a.example/INBOX", "alice@a.example/INBOX"},
    {"imid:a.example", "a.example"},
    {"imid:", "400"},
    {"imid:imid:alice@a.example", "400"},
    {"immp:alice@a.example", "400"},
    // domains
    {"alice@a..example", "400"},
    {"alice@.example", "400"},
    {"alice@a.example.", "400"},
    {"alice@-a.example", "400"},
    {"alice@a-.example", "400"},
    {"alice@a_b.example", "400"},
    {"alice@a b.example", "400"},
    {"alice@xn--mnchen-3ya.example", "400"},
    {"alice@XN--MNCHEN-3YA.example", "400"},
    {"alice@a\u3002example", "400"},
    {"alice@a\uff61example", "400"},
    {"alice@abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcd.example", "400"},
    {"alice@[::1]", "400"},
    // not UTF-8
    {"al\xff@a.example", "415"},
    {"alice@a\xc3", "415"},
    {"al\xc0\xafice@a.example", "415"},
    {"al\xed\xa0\x80@a.example", "415"},
};

std::string outcome(std::string_view in) {
    const auto imid = parse_imid(in);
    return imid ? imid->text() : std::to_string(imid.error().code);
}

TEST(Imid, HardCases) {
    for (const Case& c : kCases)
        EXPECT_EQ(outcome(c.in), c.out) << c.in;
}

TEST(Imid, TextReadsBackAsTheSame) {
    for (const Case& c : kCases) {
        const auto imid = parse_imid(c.in);
        if (!imid) continue;
        const auto again = parse_imid(imid->text());
        ASSERT_TRUE(again) << c.in;
        EXPECT_EQ(*again, *imid) << c.in;
    }
}

TEST(Imid, Parts) {
    const auto imid =
        parse_imid("Helpdesk/Alice+Lists/A@A.example/INBOX/x#619b982c-f9b4-4263-bbc7-755afc7710dd");
    ASSERT_TRUE(imid);
    EXPECT_EQ(imid->local, "helpdesk/alice");
    EXPECT_EQ(imid->tag, "Lists/A");
    EXPECT_EQ(imid->domain, "a.example");
    EXPECT_EQ(imid->folder, "/INBOX/x");
    EXPECT_EQ(imid->message, "619b982c-f9b4-4263-bbc7-755afc7710dd");
    EXPECT_EQ(imid->account(), "helpdesk/alice@a.example");
    EXPECT_EQ(parse_imid("a.example")->account(), "a.example");
}

TEST(Imid, IsBounded) {
    const std::string domain = "@a.example";
    const std::string folder(1'023 - 5 - domain.size() - 1, 'x');
    EXPECT_EQ(outcome("alice" + domain + "/" + folder).size(), 1'023u);
    EXPECT_EQ(outcome("alice" + domain + "/" + folder + "x"), "400");
    // U+FDFA is three octets; prepared it is eleven times as long and holds blanks.
    std::string grows;
    for (int at = 0; at < 300; ++at)
        grows += "\ufdfa";
    EXPECT_EQ(outcome(grows + domain), "400");
}

TEST(Imid, SurvivesEveryCut) {
    for (const Case& c : kCases)
        for (std::size_t at = 0; at < c.in.size(); ++at) {
            const auto imid = parse_imid(c.in.substr(0, at));
            if (imid) {
                EXPECT_EQ(*parse_imid(imid->text()), *imid);
            }
        }
}

TEST(Path, Places) {
    EXPECT_EQ(parse_folder_place("/INBOX")->folder, "/INBOX");
    EXPECT_EQ(parse_folder_place("/INBOX::unread")->rest, "unread");
    EXPECT_EQ(parse_folder_place("Alice@A.example/INBOX::*")->owner, "alice@a.example");
    EXPECT_EQ(parse_message_place("/in box#619b982c-f9b4-4263-bbc7-755afc7710dd")->folder, "/in box");
    for (const char* bad :
         {"", "/", "INBOX", "/INBOX::", "/a?b", "/a#b", "/a//b", "alice@a.example", "a.example/x",
          "alice+x@a.example/INBOX", "/a\x01", "alice@a.example/INBOX#619b982c-f9b4-4263-bbc7-755afc7710dd"})
        EXPECT_FALSE(parse_folder_place(bad)) << bad;
    for (const char* bad : {"/INBOX", "/INBOX#", "/INBOX#1", "#619b982c-f9b4-4263-bbc7-755afc7710dd"})
        EXPECT_FALSE(parse_message_place(bad)) << bad;
}

TEST(Path, WholeMailboxes) {
    EXPECT_EQ(parse_mailbox_place("Helpdesk@A.example")->owner, "helpdesk@a.example");
    EXPECT_EQ(parse_mailbox_place("helpdesk@a.example")->folder, "");
    EXPECT_EQ(parse_mailbox_place("helpdesk/alice@a.example")->owner, "helpdesk/alice@a.example");
    EXPECT_EQ(parse_mailbox_place("helpdesk@a.example/INBOX/x")->folder, "/INBOX/x");
    EXPECT_EQ(parse_mailbox_place("/a@b")->folder, "/a@b");
    for (const char* bad : {"", "/", "a.example", "helpdesk+x@a.example", "helpdesk@a.example/", "@a.example",
                            "helpdesk@a.example::*", "/INBOX::unread", "helpdesk@a.example/INBOX::*",
                            "helpdesk@a.example/INBOX#619b982c-f9b4-4263-bbc7-755afc7710dd"})
        EXPECT_EQ(parse_mailbox_place(bad).error().code, 400) << bad;
}

TEST(Nfc, Composes) {
    EXPECT_EQ(nfc("a\u0308").value(), "\u00e4");
    EXPECT_EQ(nfc("\ufb01").value(), "\ufb01");
    EXPECT_EQ(nfc("").value(), "");
    EXPECT_EQ(nfc("\xff").error().code, 415);
}

}  // namespace
}  // namespace immp::bridge
