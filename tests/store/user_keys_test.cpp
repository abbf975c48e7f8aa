#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class UserKeysTest : public StoreTest {
  protected:
    int add(AccountId account, std::uint64_t serial, std::string_view record) {
        return code_of(write(
            [&](Transaction& tables) { return tables.user_keys().add(account, serial, record, at(1)); }));
    }
    std::vector<std::string> records(AccountId account) {
        return value_of(read([&](Transaction& tables) { return tables.user_keys().records(account); }));
    }
    std::optional<PeerUser> peer(std::string_view imid) {
        return value_of(read([&](Transaction& tables) { return tables.user_keys().peer(imid); }));
    }
    void ask(std::string_view imid, std::int64_t second) {
        value_of(write([&](Transaction& tables) { return tables.user_keys().note_asked(imid, at(second)); }));
    }
    int tell(std::string_view imid, const std::vector<std::string>& told, std::int64_t second) {
        return code_of(
            write([&](Transaction& tables) { return tables.user_keys().note_told(imid, told, at(second)); }));
    }
};

TEST_F(UserKeysTest, RecordsAreInTheOrderOfTheirSerials) {
    const AccountId alice = add_account("alice@a.example");
    EXPECT_TRUE(records(alice).empty());
    EXPECT_EQ(add(alice, 7, "seven"), 0);
    EXPECT_EQ(add(alice, 3, "three"), 0);
    EXPECT_EQ(add(alice, 7, "again"), 409);
    EXPECT_EQ(add(add_account("bob@a.example"), 7, "bob's"), 0);
    reopen();
    EXPECT_EQ(records(alice), (std::vector<std::string>{"three", "seven"}));
    const auto drop = [&](Transaction& tables) { return tables.user_keys().drop(alice, 3); };
    EXPECT_EQ(code_of(write(drop)), 0);
    EXPECT_EQ(code_of(write(drop)), 404);
    EXPECT_EQ(records(alice), (std::vector<std::string>{"seven"}));
    value_of(write([](Transaction& tables) { return tables.accounts().remove("alice@a.example"); }));
    EXPECT_TRUE(records(alice).empty());
}

TEST_F(UserKeysTest, APeerIsToldOnlyWhereHeWasAskedFor) {
    EXPECT_FALSE(peer("bob@b.example"));
    EXPECT_EQ(tell("bob@b.example", {"x"}, 1), 404);
    ask("bob@b.example", 5);
    EXPECT_EQ(peer("bob@b.example")->told, std::nullopt);
    EXPECT_EQ(tell("bob@b.example", {"one\n", "two"}, 6), 0);
    ask("bob@b.example", 9);
    const auto known = peer("bob@b.example").value();
    EXPECT_EQ(known.asked, at(9));
    EXPECT_EQ(known.told, at(6));
    EXPECT_EQ(known.records, (std::vector<std::string>{"one\n", "two"})) << "stays until the next answer";
    EXPECT_EQ(tell("bob@b.example", {}, 10), 0);
    EXPECT_TRUE(peer("bob@b.example")->records.empty());
}

TEST_F(UserKeysTest, PeersAreForgottenByWhenTheyWereAskedFor) {
    ask("bob@b.example", 5);
    ask("dave@b.example", 6);
    const auto forget = [](Transaction& tables) { return tables.user_keys().forget_peers(at(5)); };
    EXPECT_EQ(value_of(write(forget)), 1U);
    EXPECT_EQ(value_of(write(forget)), 0U);
    EXPECT_FALSE(peer("bob@b.example"));
    EXPECT_TRUE(peer("dave@b.example"));
}

}  // namespace
}  // namespace immp::bridge
