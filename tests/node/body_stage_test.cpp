// What the chunks of a body leave behind whose commits failed, or that came to nothing.
#include "bridge/node/body_stage.hpp"

#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class StagedBodyTest : public StoreTest {
  protected:
    StagedBodyTest() {
        state_->body = value_of(write([](Transaction& tables) -> Result<BodyId> {
            const BodyId body = value_of(tables.bodies().create(at(0)));
            value_of(tables.bodies().append(body, "five "));
            return body;
        }));
    }
    Result<std::string> text(const StagedBody& body) {
        return write([&](Transaction& tables) { return body.text(tables); });
    }
    bool is_there() {
        return read([&](Transaction& tables) { return tables.bodies().length(state_->body); }).has_value();
    }
    StagedBody staged(std::uint64_t length) { return {state_, "words", length, {}}; }

    std::shared_ptr<StagedState> state_ = std::make_shared<StagedState>();
};

TEST_F(StagedBodyTest, ATextThatIsNotWholeIsAFailureOfTheStorage) {
    EXPECT_EQ(value_of(text(staged(10))), "five words");
    EXPECT_EQ(code_of(text(staged(12))), 702) << "no refusal, which would be for good";
    value_of(write([&](Transaction& tables) { return tables.bodies().drop(state_->body); }));
    EXPECT_EQ(code_of(text(staged(10))), 702);
}

TEST_F(StagedBodyTest, WhatIsAbandonedGoesUnlessAMessageHoldsIt) {
    value_of(write([](Transaction& tables) {
        return StagedBody{std::make_shared<StagedState>(), {}, 0, {}}.abandon(tables);
    }));
    value_of(write([&](Transaction& tables) -> Result<void> {
        Message message = make_message(tables, uuid_of(1));
        message.parts.front().body = state_->body;
        value_of(tables.mailboxes().add(message));
        return staged(10).abandon(tables);
    }));
    EXPECT_TRUE(is_there());
    StagedBody other = staged(10);
    other.state->body = value_of(write([](Transaction& tables) { return tables.bodies().create(at(0)); }));
    ASSERT_TRUE(is_there());
    value_of(write([&](Transaction& tables) { return other.abandon(tables); }));
    EXPECT_FALSE(is_there());
}

}  // namespace
}  // namespace immp::bridge
