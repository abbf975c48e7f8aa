// Who gets an answer while somebody is away, and what it is.
#include "bridge/mail/vacation.hpp"

#include <gtest/gtest.h>

#include "bridge/mail/inner.hpp"
#include "bridge/wire/part_name.hpp"
#include "tests/mail/sample.hpp"

namespace immp::bridge {
namespace {

constexpr const char* kAnswerId = "1f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11";

Message letter(std::string from, std::vector<std::string> to) {
    Message message;
    message.envelope.id = kSampleId;
    message.envelope.from = std::move(from);
    message.envelope.to = std::move(to);
    message.envelope.subject = "Lunch?";
    message.parts.push_back({"text", "text/plain", PartClass::content, 5, 1, {}});
    return message;
}

TEST(Vacation, AnswersWhoWroteToTheAccount) {
    EXPECT_TRUE(may_be_answered(letter("bob@b.example", {"alice@a.example"}), "alice@a.example"));
    EXPECT_TRUE(may_be_answered(letter("bob@b.example", {"x@c.example", "alice+lists@a.example"}),
                                "alice@a.example"));
    Message copy = letter("bob@b.example", {"carol@a.example"});
    EXPECT_FALSE(may_be_answered(copy, "alice@a.example")) << "a blind copy, or a list";
    copy.envelope.cc = {"alice@a.example"};
    EXPECT_TRUE(may_be_answered(copy, "alice@a.example"));
}

TEST(Vacation, AnswersNoMachineAndNoList) {
    for (const char* from :
         {"mailer-daemon@b.example", "postmaster@b.example", "noreply@b.example", "owner-list@b.example",
          "list-request@b.example", "list-bounces@b.example", "b.example", "alice@a.example", "no imid@@"})
        EXPECT_FALSE(may_be_answered(letter(from, {"alice@a.example"}), "alice@a.example")) << from;
    Message bounce = letter("bob@b.example", {"alice@a.example"});
    bounce.envelope.failed = {{"x@y.example", 451, "no"}};
    EXPECT_FALSE(may_be_answered(bounce, "alice@a.example"));
}

TEST(Vacation, AnswersNoAnswer) {
    const Notice answer = vacation_answer(letter("bob@b.example", {"alice@a.example"}).envelope,
                                          "alice@a.example", "Away.", kAnswerId, at(1'790'100'000));
    const Envelope& envelope = answer.message.envelope;
    EXPECT_EQ(envelope.from, "alice@a.example");
    EXPECT_EQ(envelope.to, std::vector<std::string>{"bob@b.example"});
    EXPECT_EQ(envelope.subject, "Away: Lunch?");
    EXPECT_EQ(envelope.in_reply_to, kSampleId);
    EXPECT_EQ(envelope.received.front().domain, "a.example");
    EXPECT_EQ(answer.text, "Away.");
    EXPECT_TRUE(is_media_type(answer.message.parts.front().type));
    EXPECT_TRUE(check_texts({answer.message, {"bob@b.example"}}));
    EXPECT_FALSE(may_be_answered(answer.message, "bob@b.example"));
}

}  // namespace
}  // namespace immp::bridge
