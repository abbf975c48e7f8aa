// Blocked senders: local ones and other domains', by a user's list and the server's; and rates between them.
#include "tests/node/house.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

class Blocking : public TwoDomains {
  protected:
    void block(House& house, BlockOwner owner, const std::string& pattern, BlockAction action,
               std::optional<std::chrono::seconds> lasting = std::nullopt) {
        const Time now = loop_.now();
        std::optional<Time> expires;
        if (lasting) expires = now + *lasting;
        ASSERT_TRUE(house.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
            auto added = transaction.blocks().add(owner, {pattern, action, "", now, expires}, kMaxBlocks);
            if (!added) return std::unexpected(added.error());
            return Done{};
        }));
    }
    AccountId id_of(House& house, const std::string& name) {
        return **house.in_store<std::optional<AccountId>>(
            [&](Transaction& transaction) { return transaction.accounts().find(name); });
    }
    /// Carol's own list.
    void carol_blocks(const std::string& pattern, BlockAction action) {
        block(a_, id_of(a_, "carol@a.example"), pattern, action);
    }
    int alice_writes(const std::string& subject = "hello") {
        auto answer = a_.submit(mail("alice@a.example", {"carol@a.example"}, subject), {"text"});
        EXPECT_TRUE(answer);
        return std::get<Submitted>(*answer).outcomes.front().code;
    }
    RefusedList refused(House& house, const std::string& account) {
        auto answer = house.ask(*house.node->make_desk(), ListRefused{account});
        EXPECT_TRUE(answer);
        return std::get<RefusedList>(*answer);
    }
};

TEST_F(Blocking, ARejectedLocalSenderIsTold455AndNothingIsFiled) {
    carol_blocks("alice@a.example", BlockAction::reject);
    EXPECT_EQ(alice_writes(), 455);
    EXPECT_TRUE(a_.index("carol@a.example").empty());
    EXPECT_TRUE(a_.index("alice@a.example", "/SENT").empty()) << "nobody took it";
    const auto list = refused(a_, "carol@a.example");
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0].sender, "alice@a.example");
    EXPECT_EQ(list[0].code, 455);
    EXPECT_EQ(list[0].pattern, "alice@a.example");
}

TEST_F(Blocking, JunkAndDropLookDeliveredToTheSender) {
    carol_blocks("*@a.example", BlockAction::junk);
    EXPECT_EQ(alice_writes(), 275);
    EXPECT_TRUE(a_.index("carol@a.example").empty());
    EXPECT_EQ(a_.index("carol@a.example", "/JUNK").size(), 1u);
    carol_blocks("a.example", BlockAction::drop);
    EXPECT_EQ(alice_writes("gone"), 275);
    EXPECT_EQ(a_.index("carol@a.example", "/JUNK").size(), 1u) << "the stronger action counts";
    EXPECT_EQ(a_.index("alice@a.example", "/SENT").size(), 2u);
    EXPECT_EQ(refused(a_, "carol@a.example").size(), 1u);
}

TEST_F(Blocking, TheServersListIs452ForEveryone) {
    block(a_, std::nullopt, "alice@a.example", BlockAction::reject);
    EXPECT_EQ(alice_writes(), 452);
    carol_blocks("alice@a.example", BlockAction::junk);
    EXPECT_EQ(alice_writes(), 452) << "an account's list opens nothing";
}

TEST_F(Blocking, ABlockEnds) {
    block(a_, std::nullopt, "*@a.example", BlockAction::reject, 60s);
    EXPECT_EQ(alice_writes(), 452);
    loop_.advance(60s);
    EXPECT_EQ(alice_writes(), 275);
}

TEST_F(Blocking, WhoBlocksEverybodyWritesToHimself) {
    carol_blocks("*", BlockAction::reject);
    auto answer = a_.submit(mail("carol@a.example", {"carol@a.example"}, "note"), {"text"});
    ASSERT_TRUE(answer);
    EXPECT_EQ(std::get<Submitted>(*answer).outcomes.front().code, 275);
}

TEST_F(Blocking, AnotherDomainsSenderGetsABounce) {
    raise_links();
    block(b_, id_of(b_, "bob@b.example"), "a.example", BlockAction::reject);
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example", "dave@b.example"}, "hello"), {"text"}));
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; }));
    EXPECT_TRUE(b_.index("bob@b.example").empty());
    EXPECT_EQ(b_.index("dave@b.example").size(), 1u);
    const auto inbox = a_.index("alice@a.example");
    ASSERT_EQ(inbox.size(), 1u);
    EXPECT_TRUE(inbox[0].subject.starts_with("Undelivered: bob@b.example")) << inbox[0].subject;
    EXPECT_NE(a_.fetch("alice@a.example", inbox[0].id, FetchForm::json).find("455"), std::string::npos);
}

TEST_F(Blocking, ADroppedSenderOfAnotherDomainGetsNone) {
    raise_links();
    block(b_, id_of(b_, "bob@b.example"), "alice@a.example", BlockAction::drop);
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "hello"), {"text"}));
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; }));
    EXPECT_TRUE(b_.index("bob@b.example").empty());
    EXPECT_TRUE(a_.index("alice@a.example").empty());
}

class Rated : public TwoDomains {};

TEST_F(Rated, AnAccountThatWroteToTooManyIs429AndGoesOnLater) {
    a_.limits.sender_rate = {2, 60s};
    a_.restart();
    const auto write = [&] {
        return a_.submit(mail("alice@a.example", {"carol@a.example"}, "hello"), {"text"});
    };
    EXPECT_TRUE(write());
    EXPECT_TRUE(write());
    const auto refused = write();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, 429);
    EXPECT_EQ(refused.error().retry, 30s);
    loop_.advance(30s);
    EXPECT_TRUE(write());
    EXPECT_EQ(a_.index("carol@a.example").size(), 3u);
}

TEST_F(Rated, AnotherDomainsMailIsPutOffAndComesOnce) {
    b_.limits.domain_rate = {1, 3600s};
    b_.restart();
    raise_links();
    for (const char* subject : {"first", "second"})
        ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, subject), {"text"}));
    ASSERT_TRUE(loop_.run_until([&] { return b_.index("bob@b.example").size() == 1; }));
    loop_.advance(3600s);
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return a_.outbox_rows() == 0; }));
    EXPECT_EQ(b_.index("bob@b.example").size(), 2u);
    EXPECT_TRUE(a_.index("alice@a.example").empty()) << "no bounce";
}

}  // namespace
}  // namespace immp::bridge
