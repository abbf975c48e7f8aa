// What the sender of waiting mail is told.
#include "armor/time_text.hpp"
#include "bridge/mail/retry.hpp"
#include "tests/node/house.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

TEST_F(TwoDomains, ANoticeOfDelaySaysWhenItsMailIsGivenUp) {
    b_.is_reachable = false;
    raise_links();
    Submit request = mail(kAlice, {kBob}, "old letter");
    request.parts.push_back({"meta", "application/immp-metadata+json", PartClass::attachment});
    const std::string given_up = armor::time_text(loop_.now() + kRetryHorizon);
    ASSERT_TRUE(a_.submit(request, {"text", R"({"date":"2001-02-03T04:05:06Z"})"}));
    for (int i = 0; i < 60; ++i) {
        loop_.advance(5min);
        (void)a_.outbox_rows();
    }
    const auto inbox = a_.index(kAlice);
    ASSERT_EQ(inbox.size(), 1u);
    EXPECT_EQ(inbox[0].subject, "Delayed: bob@b.example: old letter");
    const std::string text = a_.fetch(kAlice, inbox[0].id, FetchForm::part, "notice.txt");
    EXPECT_NE(text.find("until " + given_up), std::string::npos) << text;
    EXPECT_NE(text.find("2001-02-03T04:05:06Z"), std::string::npos) << text;
}

}  // namespace
}  // namespace immp::bridge
