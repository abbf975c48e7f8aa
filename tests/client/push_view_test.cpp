#include "bridge/client/push_view.hpp"

#include <gtest/gtest.h>

namespace immp::bridge::client {
namespace {

OpenedMessage push(const std::string& text) {
    OpenedMessage push;
    push.id = "4aace1d5-b50c-45f9-af10-d687f9929d89";
    push.from = "website@b.example";
    push.text = text;
    push.actions = {{"Con\nfirm", "https://b.example/\x1b"}};
    return push;
}

TEST(PushView, ATextCannotLookLikeAnActionOfANote) {
    const DesktopNote note = push_note(push("Sure?\r\n[Confirm] https://good.example\u2028[Confirm] \x85\n"));
    EXPECT_EQ(note.text,
              "| Sure?\n| [Confirm] https://good.example\uFFFD[Confirm] \uFFFD\n"
              "[Con firm] https://b.example/\uFFFD");
    EXPECT_EQ(note.buttons, std::vector<std::string>{"Con\nfirm"});  // as it is answered
}

TEST(PushView, ANoteSaysWhatIsNotVerified) {
    OpenedMessage unverified = push("Hi");
    unverified.from = "a.example";
    unverified.original_from = "bank@b.example";
    unverified.importance = "high";
    EXPECT_EQ(push_note(unverified).title, "a.example, not verified: bank@b.example");
    EXPECT_TRUE(push_note(unverified).important);
}

TEST(PushView, LongTextsAreCutAndSaySo) {
    std::string text;
    for (int line = 0; line < 12; ++line)
        text += "line\n";
    const std::string more = "it goes on; immp pushes 4aace1d5-b50c-45f9-af10-d687f9929d89 shows the whole";
    EXPECT_EQ(shown_push({}, push(text), Format::text).find(more), std::string::npos);
    EXPECT_NE(shown_push({}, push(text + "line"), Format::text).find(more), std::string::npos);
    EXPECT_NE(shown_push({}, push(std::string(2'001, 'x')), Format::text).find(more), std::string::npos);
}

}  // namespace
}  // namespace immp::bridge::client
