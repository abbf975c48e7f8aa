// Lists of blocked senders, and what was refused for them.
#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class BlocksTest : public StoreTest {
  protected:
    int add(BlockOwner owner, std::string_view pattern, std::optional<Time> expires = std::nullopt,
            Time made = at(0), std::uint64_t most = 10) {
        return code_of(write([&](Transaction& tables) -> Result<int> {
            auto added = tables.blocks().add(
                owner, {std::string(pattern), BlockAction::junk, "because", made, expires}, most);
            if (!added) return std::unexpected(added.error());
            return 0;
        }));
    }
    int drop(BlockOwner owner, std::string_view pattern) {
        return code_of(write([&](Transaction& tables) -> Result<int> {
            auto dropped = tables.blocks().drop(owner, pattern);
            if (!dropped) return std::unexpected(dropped.error());
            return 0;
        }));
    }
    std::string list(BlockOwner owner, Time now) {
        std::string patterns;
        for (const Block& block :
             value_of(read([&](Transaction& tables) { return tables.blocks().list(owner, now); })))
            patterns += block.pattern + " ";
        return patterns;
    }
    std::string candidates(BlockOwner owner, Time now) {
        std::string patterns;
        for (const Block& block : value_of(read([&](Transaction& tables) {
                 return tables.blocks().candidates(owner, "bob@b.example", "b.example", now);
             })))
            patterns += block.pattern + " ";
        return patterns;
    }
};

TEST_F(BlocksTest, EachListIsItsOwn) {
    const AccountId alice = add_account("alice@a.example");
    const AccountId carol = add_account("carol@a.example");
    EXPECT_EQ(add(alice, "b.example"), 0);
    EXPECT_EQ(add(alice, "b.example"), 409);
    EXPECT_EQ(add(carol, "b.example"), 0);
    EXPECT_EQ(add(std::nullopt, "b.example"), 0);
    EXPECT_EQ(add(std::nullopt, "b.example"), 409);
    reopen();
    EXPECT_EQ(drop(alice, "b.example"), 0);
    EXPECT_EQ(drop(alice, "b.example"), 404);
    EXPECT_EQ(list(alice, at(0)), "");
    EXPECT_EQ(list(carol, at(0)), "b.example ");
    EXPECT_EQ(list(std::nullopt, at(0)), "b.example ");
}

TEST_F(BlocksTest, GiveAddressDomainAndGlobs) {
    const AccountId alice = add_account("alice@a.example");
    for (const char* pattern : {"bob@b.example", "b.example", "*.c.example", "dave@b.example", "c.example"})
        add(alice, pattern);
    EXPECT_EQ(candidates(alice, at(0)), "b.example bob@b.example *.c.example ");
    EXPECT_EQ(candidates(std::nullopt, at(0)), "");
}

TEST_F(BlocksTest, EndWhenTheyExpireAndMakeRoom) {
    const AccountId alice = add_account("alice@a.example");
    EXPECT_EQ(add(alice, "b.example", at(10)), 0);
    EXPECT_EQ(add(alice, "*.c.example", at(10)), 0);
    EXPECT_EQ(candidates(alice, at(9)), "b.example *.c.example ");
    EXPECT_EQ(candidates(alice, at(10)), "");
    EXPECT_EQ(list(alice, at(10)), "");
    EXPECT_EQ(add(alice, "b.example", std::nullopt, at(11)), 0) << "the old one is none any more";
    const auto forget = [&] {
        return value_of(write([](Transaction& tables) { return tables.blocks().forget_expired(at(10)); }));
    };
    EXPECT_EQ(forget(), 1u);
    EXPECT_EQ(forget(), 0u);
    EXPECT_EQ(list(alice, at(0)), "b.example ");
}

TEST_F(BlocksTest, AFullListIs413) {
    const AccountId alice = add_account("alice@a.example");
    EXPECT_EQ(add(alice, "b.example", std::nullopt, at(0), 2), 0);
    EXPECT_EQ(add(alice, "c.example", std::nullopt, at(0), 2), 0);
    EXPECT_EQ(add(alice, "d.example", std::nullopt, at(0), 2), 413);
}

TEST_F(BlocksTest, KeepsTheNewestRefusals) {
    const AccountId alice = add_account("alice@a.example");
    value_of(write([&](Transaction& tables) -> Result<int> {
        for (int i = 0; i < 5; ++i)
            value_of(tables.blocks().note_refused(alice,
                                                  {at(i), "bob@b.example", 455, "n" + std::to_string(i)}, 3));
        return 0;
    }));
    const auto refused = value_of(read([&](Transaction& tables) { return tables.blocks().refused(alice); }));
    ASSERT_EQ(refused.size(), 3u);
    EXPECT_EQ(refused.front().pattern, "n4");
    EXPECT_EQ(refused.back().pattern, "n2");
    EXPECT_EQ(refused.front().code, 455);
}

TEST_F(BlocksTest, GoWithTheirAccount) {
    const AccountId alice = add_account("alice@a.example");
    add(alice, "b.example");
    value_of(write([](Transaction& tables) -> Result<int> {
        value_of(tables.accounts().remove("alice@a.example"));
        return 0;
    }));
    EXPECT_EQ(list(alice, at(0)), "");
}

}  // namespace
}  // namespace immp::bridge
