// References, what they count for, and leases on them.
#include <fstream>

#include "bridge/store/schema.hpp"
#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class ReferencesTest : public StoreTest {
  protected:
    /// Of so many octets, in INBOX.
    void file(std::uint64_t number, std::size_t octets = 5) {
        value_of(write([&](Transaction& tables) {
            const MessageId id = value_of(
                tables.mailboxes().add(make_message(tables, uuid_of(number), std::string(octets, 'x'))));
            return tables.mailboxes().file(id, inbox_, Mark::unread, uuid_of(900'000 + number), at(0));
        }));
    }
    Result<void> copy(FolderId from, std::uint64_t number, FolderId to) {
        return write(
            [&](Transaction& tables) { return tables.references().copy(from, uuid_of(number), to, at(0)); });
    }
    Result<void> remove(FolderId folder, std::uint64_t number) {
        return write(
            [&](Transaction& tables) { return tables.references().remove(folder, uuid_of(number)); });
    }
    Result<void> set(FolderId folder, std::uint64_t number, FlagChange change) {
        return write([&](Transaction& tables) {
            return tables.references().set_flags(folder, uuid_of(number), change);
        });
    }
    Result<void> take(std::string_view lease, std::uint64_t number, std::int64_t ends) {
        return write([&](Transaction& tables) {
            return tables.leases().take(lease, inbox_, uuid_of(number), at(ends));
        });
    }
    Result<void> commit(std::string_view lease, AccountId account, std::int64_t now) {
        return write([&](Transaction& tables) { return tables.leases().commit(lease, account, at(now)); });
    }
    std::uint64_t end(std::int64_t now, std::int64_t forget = -1) {
        return value_of(write([&](Transaction& tables) { return tables.leases().end(at(now), at(forget)); }));
    }
    std::optional<Reference> find(FolderId folder, std::uint64_t number) {
        return value_of(
            read([&](Transaction& tables) { return tables.mailboxes().find(folder, uuid_of(number)); }));
    }
    std::vector<std::string> index(FolderId folder, SelectorKind kind = SelectorKind::all) {
        const auto page = value_of(read([&](Transaction& tables) {
            return tables.mailboxes().index(folder, Selector{kind, {}, {}}, 100, "");
        }));
        std::vector<std::string> uuids;
        for (const Reference& reference : page.references)
            uuids.push_back(reference.uuid);
        return uuids;
    }
    Folder counts(FolderId folder) {
        return value_of(read([&](Transaction& tables) { return tables.mailboxes().count(folder, {}); }));
    }
    std::uint64_t used() {
        return value_of(read([&](Transaction& tables) { return tables.quotas().usage(alice_); })).used_bytes;
    }
    bool is_stored(MessageId id) {
        return value_of(read([&](Transaction& tables) { return tables.mailboxes().message(id); }))
            .has_value();
    }

    AccountId alice_ = add_account("alice@a.example");
    FolderId inbox_ = folder_of(alice_, "/INBOX");
    FolderId junk_ = folder_of(alice_, "/JUNK");
};

using Uuids = std::vector<std::string>;

TEST_F(ReferencesTest, ACopyIsTheSameMessageAndTheNewestThere) {
    for (const std::uint64_t number : {1, 2})
        file(number);
    value_of(set(inbox_, 1, {true, true}));
    value_of(copy(inbox_, 2, junk_));
    value_of(copy(inbox_, 1, junk_));
    EXPECT_EQ(index(junk_), (Uuids{uuid_of(1), uuid_of(2)}));
    EXPECT_TRUE(find(junk_, 1)->read && find(junk_, 1)->flagged);
    value_of(set(inbox_, 1, {false, std::nullopt}));
    value_of(copy(inbox_, 1, junk_));
    EXPECT_TRUE(find(junk_, 1)->read) << "one that is there stays as it is";
    EXPECT_EQ(counts(junk_).total, 2U);
    EXPECT_EQ(code_of(copy(inbox_, 3, junk_)), 404);
    value_of(remove(inbox_, 1));
    EXPECT_TRUE(is_stored(1));
    value_of(remove(junk_, 1));
    EXPECT_FALSE(is_stored(1));
    EXPECT_EQ(code_of(remove(junk_, 1)), 404);
}

TEST_F(ReferencesTest, FlagsAreSetOneByOneAndFound) {
    file(1);
    value_of(set(inbox_, 1, {std::nullopt, true}));
    EXPECT_EQ(index(inbox_, SelectorKind::flagged), (Uuids{uuid_of(1)}));
    EXPECT_EQ(counts(inbox_).unread, 1U);
    value_of(set(inbox_, 1, {true, std::nullopt}));
    EXPECT_EQ(counts(inbox_).unread, 0U);
    EXPECT_TRUE(find(inbox_, 1)->flagged);
    value_of(set(inbox_, 1, {false, false}));
    EXPECT_TRUE(index(inbox_, SelectorKind::flagged).empty());
    EXPECT_EQ(code_of(set(inbox_, 2, {true, true})), 404);
}

TEST_F(ReferencesTest, WhatIsElsewhereIsKnown) {
    file(1);
    const auto elsewhere = [&](FolderId folder) {
        return value_of(read(
            [&](Transaction& tables) { return tables.references().lies_elsewhere(folder, uuid_of(1)); }));
    };
    EXPECT_FALSE(elsewhere(inbox_));
    value_of(copy(inbox_, 1, junk_));
    EXPECT_TRUE(elsewhere(inbox_));
    EXPECT_EQ(code_of(read([&](Transaction& tables) {
                  return tables.references().lies_elsewhere(inbox_, uuid_of(2));
              })),
              404);
}

TEST_F(ReferencesTest, AMessageCountsOnceWhateverRefersToIt) {
    EXPECT_EQ(used(), 0U);
    file(1, 100);
    file(2, 0);
    EXPECT_EQ(used(), 100 + 2 * kMessageOverheadBytes);
    value_of(copy(inbox_, 1, junk_));
    value_of(remove(inbox_, 2));
    EXPECT_EQ(used(), 100 + kMessageOverheadBytes);
    value_of(take("a", 1, 300));
    value_of(remove(junk_, 1));
    EXPECT_EQ(used(), 100 + kMessageOverheadBytes) << "a lease may bring it back";
    EXPECT_EQ(end(300), 1U);
    EXPECT_EQ(used(), 100 + kMessageOverheadBytes);
    value_of(take("b", 1, 600));
    value_of(commit("b", alice_, 599));
    EXPECT_EQ(used(), 0U);
    EXPECT_FALSE(is_stored(1));
    EXPECT_EQ(code_of(write([](Transaction& tables) { return tables.quotas().set_limit(99, 5); })), 404);
}

TEST_F(ReferencesTest, ALeaseHidesAndBringsBackInItsPlace) {
    for (const std::uint64_t number : {1, 2, 3})
        file(number);
    value_of(set(inbox_, 2, {false, true}));
    value_of(take("a", 2, 300));
    EXPECT_EQ(index(inbox_), (Uuids{uuid_of(3), uuid_of(1)}));
    EXPECT_FALSE(find(inbox_, 2));
    EXPECT_EQ(counts(inbox_).total, 2U);
    EXPECT_EQ(code_of(take("b", 2, 300)), 404) << "nobody else takes it";
    reopen();
    EXPECT_EQ(end(299), 0U);
    EXPECT_EQ(end(300), 1U);
    EXPECT_EQ(index(inbox_), (Uuids{uuid_of(3), uuid_of(2), uuid_of(1)}));
    EXPECT_TRUE(find(inbox_, 2)->flagged);
    EXPECT_EQ(counts(inbox_).unread, 3U);
    EXPECT_EQ(code_of(commit("a", alice_, 300)), 410);
}

TEST_F(ReferencesTest, ACommitIsForGoodAndMayBeRepeated) {
    const AccountId bob = add_account("bob@a.example");
    file(1);
    value_of(take("a", 1, 300));
    EXPECT_EQ(code_of(commit("a", bob, 10)), 410) << "another account's";
    EXPECT_EQ(code_of(commit("b", alice_, 10)), 410);
    EXPECT_EQ(code_of(commit("a", alice_, 300)), 410) << "ended, though not yet brought back";
    value_of(commit("a", alice_, 299));
    EXPECT_FALSE(is_stored(1));
    reopen();
    value_of(commit("a", alice_, 400));
    EXPECT_EQ(code_of(commit("a", bob, 10)), 410);
    EXPECT_EQ(end(1000, 299), 0U);
    EXPECT_EQ(end(1000, 300), 1U) << "forgotten";
    EXPECT_EQ(code_of(commit("a", alice_, 400)), 410);
    EXPECT_TRUE(index(inbox_).empty());
}

TEST_F(ReferencesTest, WhatIsTakenKeepsItsIdAndItsMessage) {
    file(1);
    value_of(take("a", 1, 300));
    // Another message under the sender's same id does not get the `_id` that is to come back.
    const std::string other = value_of(write([&](Transaction& tables) {
        const MessageId id = value_of(tables.mailboxes().add(make_message(tables, uuid_of(1))));
        return tables.mailboxes().file(id, inbox_, Mark::unread, uuid_of(50), at(0));
    }));
    EXPECT_EQ(other, uuid_of(50));
    EXPECT_EQ(end(300), 1U);
    EXPECT_EQ(counts(inbox_).total, 2U);
    value_of(take("b", 1, 600));
    value_of(write([](Transaction& tables) { return tables.accounts().remove("alice@a.example"); }));
    EXPECT_FALSE(is_stored(1)) << "leases end with their account";
}

TEST_F(ReferencesTest, OlderFilesLearnWhatTheyHold) {
    std::filesystem::create_directory(directory_.path("old"));
    const std::string file = directory_.path("old") + "/immp.db";
    std::ofstream(file).close();
    {
        auto connection = value_of(Database::open(file, Access::read_write));
        value_of(migrate(*connection, migrations().first(2)));
        value_of(connection->script(R"sql(
            INSERT INTO accounts (id, imid, made) VALUES (1, 'alice@a.example', 0), (2, 'bob@a.example', 0);
            INSERT INTO folders (id, account, path, path_key)
                VALUES (1, 1, '/INBOX', '/inbox'), (2, 1, '/JUNK', '/junk');
            INSERT INTO messages VALUES (1, 'u', 's', '', '', '', 0, NULL, 1, 0, '', '', '', '', '', 100);
            INSERT INTO refs (folder, account, message, uuid, is_read, sender, date, filed)
                VALUES (1, 1, 1, 'u', 0, 's', 0, 0), (2, 1, 1, 'u', 0, 's', 0, 0);
        )sql"));
    }
    store_.reset();
    store_.emplace(directory_.path("old"));
    alice_ = 1;
    EXPECT_EQ(used(), 100 + kMessageOverheadBytes) << "once, though it lies in two folders";
    for (const FolderId folder : {1, 2})
        value_of(write([&](Transaction& tables) { return tables.references().remove(folder, "u"); }));
    EXPECT_EQ(used(), 0U);
    EXPECT_FALSE(is_stored(1));
    alice_ = 2;
    EXPECT_EQ(used(), 0U);
}

TEST_F(ReferencesTest, ACommitNamesTheFoldersItChanged) {
    std::vector<std::vector<FolderId>> told;
    (*store_)->on_changed([&](const std::vector<FolderId>& folders) { told.push_back(folders); });
    file(1);
    ASSERT_EQ(told.size(), 1U) << "before the write hears of it";
    EXPECT_EQ(told[0], (std::vector<FolderId>{inbox_}));
    value_of(copy(inbox_, 1, junk_));
    value_of(set(inbox_, 1, {std::nullopt, true}));
    value_of(take("a", 1, 300));
    EXPECT_EQ(told.size(), 4U);
    EXPECT_EQ(told[1], (std::vector<FolderId>{junk_}));
    EXPECT_EQ(told[2], (std::vector<FolderId>{inbox_})) << "flags too";
    EXPECT_EQ(told[3], (std::vector<FolderId>{inbox_}));
    static_cast<void>(read([&](Transaction& tables) { return tables.mailboxes().folders(alice_); }));
    value_of(write([](Transaction& tables) { return tables.accounts().set_setting("x", {}); }));
    EXPECT_EQ(told.size(), 4U);
}

}  // namespace
}  // namespace immp::bridge
