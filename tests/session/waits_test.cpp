// What waits for a body in chunks can only go on with what the client sends: reading never stops there.
#include <gtest/gtest.h>

#include "bridge/session/input.hpp"
#include "tests/session/stage.hpp"

namespace immp::bridge::test {
namespace {

std::string repeated(std::size_t times, const std::string& line) {
    std::string lines;
    while (times-- > 0)
        lines += line;
    return lines;
}

class Waits : public testing::Test {
  protected:
    Waits() : stage_(ListenerKind::upgrade, {}) {
        stage_.log_in("");
        stage_.receive("DELIVER TO bob@b.example\nAS x DATA a CHUNKED +CONTENT\n");
        stage_.sent.clear();
    }
    Stage stage_;
};

TEST_F(Waits, CommandsBehindDoneDoNotHoldTheChunksBack) {
    stage_.receive("DONE\n" + repeated(200, "NOOP\n") + "AS x CHUNK 1\n1\nAS x CHUNK 0\n");
    EXPECT_EQ(stage_.unread, 0u);
    EXPECT_TRUE(stage_.sent.starts_with("x: 272 a Part saved\n")) << stage_.sent;
    ASSERT_EQ(stage_.events.size(), 1u);
    stage_.answer(0, Submitted{"619b982c-f9b4-4263-bbc7-755afc7710dd", {{"bob@b.example", 273, "", {}}}});
    EXPECT_TRUE(stage_.sent.ends_with(repeated(200, "200 OK\n")));
    EXPECT_TRUE(stage_.session().wants_input());
}

TEST_F(Waits, ButNotWithoutEnd) {
    stage_.receive("DONE\n" + repeated(kMaxSlots, "NOOP\n"));
    EXPECT_TRUE(stage_.sent.ends_with("429 Too much waits for a body, closing e=4.3.2 retry=5\n"))
        << stage_.sent;
    EXPECT_EQ(stage_.events.back(), "close");
}

TEST_F(Waits, RefusalsInThePipelineOfChunksAreBoundedToo) {
    stage_.receive(repeated(2 * kMaxSlots, "AS x NOOP\n"));
    EXPECT_TRUE(stage_.sent.ends_with("429 Too much waits for a body, closing e=4.3.2 retry=5\n"))
        << stage_.sent;
    EXPECT_EQ(stage_.events.back(), "close");
}

}  // namespace
}  // namespace immp::bridge::test
