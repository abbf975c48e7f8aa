#include "bridge/mail/notice.hpp"

#include <gtest/gtest.h>

#include "armor/names.hpp"
#include "bridge/mail/metadata.hpp"
#include "tests/mail/sample.hpp"

namespace immp::bridge {
namespace {

constexpr const char* kNoticeId = "1f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11";

Undelivered sample() {
    return {"alice@a.example",
            "a.example",
            {"bob@b.example", 451, "No such mailbox here"},
            sample_inner().message.envelope};
}

TEST(Bounce, NamesRecipientCodeAndCause) {
    const Notice notice = bounce(sample(), kNoticeId, at(1'790'100'000));
    const Envelope& envelope = notice.message.envelope;
    EXPECT_EQ(envelope.id, kNoticeId);
    EXPECT_EQ(envelope.from, "mailer-daemon@a.example");
    EXPECT_EQ(envelope.to, std::vector<std::string>{"alice@a.example"});
    EXPECT_EQ(envelope.subject, "Undelivered: bob@b.example: Grüße \"from\" a\\b");
    EXPECT_EQ(envelope.in_reply_to, kSampleId);
    ASSERT_EQ(envelope.failed.size(), 1u);
    EXPECT_EQ(envelope.failed[0].recipient, "bob@b.example");
    EXPECT_EQ(envelope.failed[0].code, 451);
    EXPECT_EQ(envelope.failed[0].cause, "No such mailbox here");
    for (const char* said : {"bob@b.example", "451", "No such mailbox here", "Grüße", kSampleId,
                             "2026-09-21T14:13:20Z", "no further attempt"})
        EXPECT_NE(notice.text.find(said), std::string::npos) << said;
}

TEST(Bounce, IsInTheLanguageThatIsThere) {
    Undelivered what = sample();
    for (const char* german : {"de", "de-ch"}) {
        what.language = german;
        EXPECT_NE(bounce(what, kNoticeId, at(1)).text.find("nicht zugestellt"), std::string::npos);
        EXPECT_NE(delay_notice(what, kNoticeId, at(1)).text.find("wartet noch"), std::string::npos);
    }
    what.language = "fr";
    EXPECT_NE(bounce(what, kNoticeId, at(1)).text.find("no further attempt"), std::string::npos);
}

TEST(Bounce, HasOnePartThatItsTextIs) {
    const Notice notice = bounce(sample(), kNoticeId, at(1));
    ASSERT_EQ(notice.message.parts.size(), 1u);
    const Part& part = notice.message.parts[0];
    EXPECT_EQ(part.part_class, PartClass::content);
    EXPECT_EQ(part.length, notice.text.size());
    armor::Hasher hasher("IMMP1 body");
    hasher.add(notice.text);
    EXPECT_EQ(part.digest, hasher.digest());
}

TEST(DelayNotice, SaysUntilWhenItIsTried) {
    Undelivered what = sample();
    what.queued = at(1'790'003'600);
    const Notice notice = delay_notice(what, kNoticeId, at(1'790'018'000));
    EXPECT_TRUE(notice.message.envelope.subject.starts_with("Delayed: bob@b.example: "));
    EXPECT_NE(notice.text.find("until 2026-09-26T15:13:20Z"), std::string::npos)
        << "five days after it was queued, whatever its own date";
    EXPECT_NE(notice.text.find("Sent:      2026-09-21T14:13:20Z"), std::string::npos);
    EXPECT_NE(notice.text.find("still waiting"), std::string::npos);
}

TEST(NoticeSubject, IsCutBetweenCharacters) {
    for (std::size_t shift = 0; shift < 4; ++shift) {
        Undelivered what = sample();
        what.original.subject = std::string(shift, 'a');
        for (int i = 0; i < 300; ++i)
            what.original.subject += "\xf0\x9f\x98\x80";
        const std::string subject = bounce(what, kNoticeId, at(1)).message.envelope.subject;
        EXPECT_LE(subject.size(), 403u);
        EXPECT_TRUE(armor::is_utf8(subject)) << shift;
        EXPECT_TRUE(subject.ends_with("...")) << shift;
        EXPECT_TRUE(subject.starts_with("Undelivered: bob@b.example: ")) << shift;
    }
    Undelivered what = sample();
    what.original.subject = std::string(400 - std::string_view("Undelivered: bob@b.example: ").size(), 's');
    EXPECT_EQ(bounce(what, kNoticeId, at(1)).message.envelope.subject.size(), 400u) << "what fits is not cut";
}

}  // namespace
}  // namespace immp::bridge
