// Lines of INDEX: whole whatever is in the mailbox.
#include <algorithm>
#include <span>

#include <gtest/gtest.h>

#include "armor/json_line.hpp"
#include "armor/names.hpp"
#include "bridge/mail/inner.hpp"
#include "bridge/wire/reply.hpp"
#include "tests/session/stage.hpp"

namespace immp::bridge::test {
namespace {

class Index : public testing::Test {
  protected:
    Index() : stage_(ListenerKind::upgrade, {}) { stage_.log_in(""); }

    /// The only entry's line, without code and line end.
    std::string line_of(const std::string& command, IndexEntry entry) {
        stage_.sent.clear();
        stage_.receive(command + "\n");
        stage_.answer(0, IndexPage{{std::move(entry)}, ""});
        const std::string line = stage_.sent.substr(0, stage_.sent.find('\n') + 1);
        EXPECT_LE(line.size(), kMaxReplyBytes);
        EXPECT_TRUE(line.starts_with("250- ")) << line.substr(0, 100);
        EXPECT_EQ(stage_.sent.substr(line.size()), "250 n=1\n");
        return line.substr(5, line.size() - 6);
    }
    armor::JsonReader json_of(IndexEntry entry) {
        auto json =
            armor::JsonReader::parse(line_of("MBOX INDEX /INBOX +JSON", std::move(entry)), kMaxReplyBytes);
        EXPECT_TRUE(json) << json.error().text;
        return *std::move(json);
    }
    static IndexEntry entry() {
        IndexEntry entry;
        entry.id = "9507ce26-d34e-41cb-9f14-4eeff943e25e";
        entry.from = "bob@b.example";
        entry.to = {"alice@a.example"};
        entry.subject = "Lunch";
        entry.mailbox = "/INBOX";
        return entry;
    }

    Stage stage_;
};

TEST_F(Index, CutsALongSubjectBetweenCharacters) {
    IndexEntry full = entry();
    full.subject.assign(kMaxItemSubjectBytes, 's');
    EXPECT_EQ(json_of(full).text("subject"), full.subject) << "what fits is not cut";
    for (std::size_t shift = 0; shift < 4; ++shift) {
        IndexEntry longer = entry();
        longer.subject = std::string(shift, 'a');
        for (int at = 0; at < 20'000; ++at)
            longer.subject += "\xf0\x9f\x98\x80";
        armor::JsonReader json = json_of(longer);
        const std::string subject = json.text("subject");
        EXPECT_TRUE(longer.subject.starts_with(subject)) << shift;
        EXPECT_TRUE(armor::is_utf8(subject)) << shift;
        EXPECT_GT(subject.size(), kMaxItemSubjectBytes - 4) << shift;
        EXPECT_LE(subject.size(), kMaxItemSubjectBytes) << shift;
        EXPECT_EQ(json.text("mailbox"), "/INBOX") << shift;
        const std::string text = line_of("MBOX INDEX /INBOX", longer);
        EXPECT_TRUE(text.ends_with(" bob@b.example \"" + subject + "\"")) << shift;
    }
}

TEST_F(Index, CutsTheListOfRecipientsAndCountsThem) {
    IndexEntry few = entry();
    few.to = {"alice@a.example", "bob@b.example"};
    armor::JsonReader whole = json_of(few);
    EXPECT_EQ(whole.texts("to"), few.to);
    EXPECT_FALSE(whole.has("to-count")) << "none is left out";

    IndexEntry many = entry();
    many.to.clear();
    for (int at = 0; at < 5'000; ++at)
        many.to.push_back("somebody-" + std::to_string(at) + "@a.example");
    armor::JsonReader json = json_of(many);
    const auto to = json.texts("to");
    EXPECT_EQ(json.number("to-count"), 5'000u);
    ASSERT_GT(to.size(), 500u);
    ASSERT_LT(to.size(), many.to.size());
    EXPECT_TRUE(std::ranges::equal(to, std::span(many.to).first(to.size())));
}

TEST_F(Index, HoldsTheLongestOfEverything) {
    // Each octet is two in JSON.
    IndexEntry longest = entry();
    longest.from.assign(armor::kMaxImidBytes, '\\');
    longest.to.assign(1'000, std::string(armor::kMaxImidBytes, '"'));
    longest.subject.assign(70'000, '"');
    longest.mailbox.assign(armor::kMaxImidBytes, '"');
    longest.flags = {"read", "flagged"};
    armor::JsonReader json = json_of(longest);
    EXPECT_EQ(json.number("to-count"), 1'000u);
    EXPECT_EQ(json.text("mailbox"), longest.mailbox);
    EXPECT_TRUE(line_of("MBOX INDEX /INBOX", longest).ends_with("\\\"\""));
}

}  // namespace
}  // namespace immp::bridge::test
