// Settings of accounts, RETENTION's removal, whom VACATION answered.
#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class PreferencesTest : public StoreTest {
  protected:
    void set(AccountId account, std::string_view name, std::string_view value) {
        value_of(write([&](Transaction& tables) -> Result<int> {
            value_of(tables.preferences().set(account, name, value));
            return 0;
        }));
    }
    std::optional<std::string> get(AccountId account, std::string_view name) {
        return value_of(read([&](Transaction& tables) { return tables.preferences().get(account, name); }));
    }
    /// Files one message at a time.
    void file(AccountId account, std::string_view path, std::uint64_t number, Time when) {
        const FolderId folder = folder_of(account, path);
        value_of(write([&](Transaction& tables) -> Result<int> {
            const auto message = value_of(tables.mailboxes().add(make_message(tables, uuid_of(number))));
            value_of(tables.mailboxes().file(message, folder, Mark::unread, uuid_of(900 + number), when));
            return 0;
        }));
    }
    std::uint64_t remove_filed(AccountId account, Time before, std::uint32_t most) {
        return value_of(write(
            [&](Transaction& tables) { return tables.preferences().remove_filed(account, before, most); }));
    }
    Folder folder(AccountId account, std::string_view path) {
        return value_of(read([&](Transaction& tables) { return tables.mailboxes().folder(account, path); }))
            .value();
    }
};

TEST_F(PreferencesTest, AreKeptAndForgotten) {
    const AccountId alice = add_account("alice@a.example");
    const AccountId carol = add_account("carol@a.example");
    EXPECT_EQ(get(alice, "LANGUAGE"), std::nullopt);
    set(alice, "LANGUAGE", "de");
    set(alice, "RETENTION", "30");
    set(alice, "LANGUAGE", "fr");
    set(carol, "RETENTION", "7");
    reopen();
    EXPECT_EQ(get(alice, "LANGUAGE"), "fr");
    EXPECT_EQ(get(carol, "LANGUAGE"), std::nullopt);
    const auto all = value_of(read([&](Transaction& tables) { return tables.preferences().all(alice); }));
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].name, "LANGUAGE");
    const auto holders =
        value_of(read([](Transaction& tables) { return tables.preferences().holders("RETENTION"); }));
    ASSERT_EQ(holders.size(), 2u);
    EXPECT_EQ(holders[1].account, carol);
    EXPECT_EQ(holders[1].value, "7");
    set(alice, "LANGUAGE", "");
    EXPECT_EQ(get(alice, "LANGUAGE"), std::nullopt);
}

TEST_F(PreferencesTest, OldMailGoesInBoundedStepsAndTakesItsMessageWithIt) {
    const AccountId alice = add_account("alice@a.example");
    const AccountId carol = add_account("carol@a.example");
    for (std::uint64_t i = 0; i < 5; ++i)
        file(alice, "/INBOX", i, at(static_cast<std::int64_t>(i)));
    file(alice, "/DRAFTS", 10, at(0));
    file(alice, "/SENT", 11, at(0));
    file(carol, "/INBOX", 12, at(0));
    EXPECT_EQ(remove_filed(alice, at(3), 2), 2u);
    EXPECT_EQ(remove_filed(alice, at(3), 100), 2u);
    EXPECT_EQ(remove_filed(alice, at(3), 100), 0u);
    EXPECT_EQ(folder(alice, "/INBOX").total, 2u);
    EXPECT_EQ(folder(alice, "/INBOX").unread, 2u);
    EXPECT_EQ(folder(alice, "/SENT").total, 0u);
    EXPECT_EQ(folder(alice, "/DRAFTS").total, 1u) << "drafts are not mail that came";
    EXPECT_EQ(folder(carol, "/INBOX").total, 1u) << "another's";
    const auto gone = value_of(read([](Transaction& tables) { return tables.mailboxes().message(1); }));
    EXPECT_FALSE(gone) << "nothing refers to it any more";
}

TEST_F(PreferencesTest, RemembersWhomItAnswered) {
    const AccountId alice = add_account("alice@a.example");
    value_of(write([&](Transaction& tables) -> Result<int> {
        Preferences& preferences = tables.preferences();
        EXPECT_EQ(value_of(preferences.answered(alice, "bob@b.example")), std::nullopt);
        value_of(preferences.note_answer(alice, "bob@b.example", at(5)));
        value_of(preferences.note_answer(alice, "bob@b.example", at(9)));
        value_of(preferences.note_answer(alice, "dave@b.example", at(1)));
        EXPECT_EQ(value_of(preferences.answered(alice, "bob@b.example")), at(9));
        EXPECT_EQ(value_of(preferences.answers_since(alice, at(2))), 1u);
        EXPECT_EQ(value_of(preferences.answers_since(alice, at(0))), 2u);
        EXPECT_EQ(value_of(preferences.forget_answers(at(2))), 1u);
        EXPECT_EQ(value_of(preferences.forget_answers(at(2))), 0u);
        EXPECT_EQ(value_of(preferences.answered(alice, "dave@b.example")), std::nullopt);
        return 0;
    }));
}

}  // namespace
}  // namespace immp::bridge
