// What accounts may do in the mailboxes of others, and what each has read there.
#include "bridge/store/sqlite.hpp"
#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class SharesTest : public StoreTest {
  protected:
    void file(std::uint64_t number) {
        value_of(write([&](Transaction& tables) {
            const MessageId id = value_of(tables.mailboxes().add(make_message(tables, uuid_of(number))));
            return tables.mailboxes().file(id, inbox_, Mark::unread, uuid_of(900'000 + number), at(0));
        }));
    }
    void mark(AccountId member, std::uint64_t number, Mark how = Mark::read) {
        value_of(write([&](Transaction& tables) {
            return tables.mailboxes().mark({inbox_, member}, uuid_of(number), how);
        }));
    }
    std::uint64_t unread(const FolderView& view) {
        const Folder counted =
            value_of(read([&](Transaction& tables) { return tables.mailboxes().count(view, {}); }));
        // What the count says is what is there.
        EXPECT_EQ(counted.unread, index(view, SelectorKind::unread).size());
        return counted.unread;
    }
    std::vector<std::string> index(const FolderView& view, SelectorKind kind = SelectorKind::all,
                                   std::uint32_t limit = 100) {
        std::vector<std::string> uuids;
        std::string after;
        do {
            const auto page = value_of(read([&](Transaction& tables) {
                return tables.mailboxes().index(view, Selector{kind, at(-9), "alice@a.example"}, limit,
                                                after);
            }));
            for (const Reference& reference : page.references)
                uuids.push_back(reference.uuid);
            after = page.next;
        } while (!after.empty());
        return uuids;
    }
    bool is_read(const FolderView& view, std::uint64_t number) {
        return value_of(
                   read([&](Transaction& tables) { return tables.mailboxes().find(view, uuid_of(number)); }))
            .value()
            .read;
    }
    Result<void> give(AccountId member, const char* rights, std::optional<FolderId> folder = std::nullopt) {
        return write([&](Transaction& tables) {
            return tables.shares().give(desk_, folder, member, value_of(parse_rights(rights)));
        });
    }
    std::vector<std::string> grants(AccountId member) {
        std::vector<std::string> found;
        for (const Grant& grant :
             value_of(read([&](Transaction& tables) { return tables.shares().grants(desk_, member); })))
            found.push_back(grant.path_key + " " + rights_text(grant.rights));
        return found;
    }
    std::vector<std::string> held(AccountId member) {
        std::vector<std::string> found;
        for (const Share& share :
             value_of(read([&](Transaction& tables) { return tables.shares().held(member); })))
            found.push_back(share.owner + share.path + " " + rights_text(share.rights));
        return found;
    }

    AccountId alice_ = add_account("alice@a.example");
    AccountId bob_ = add_account("bob@a.example");
    AccountId desk_ = value_of(
        write([](Transaction& tables) { return tables.shares().add_mailbox("helpdesk@a.example", at(0)); }));
    FolderId inbox_ = folder_of(desk_, "/INBOX");
};

TEST_F(SharesTest, ASharedMailboxIsANameAmongAccountsAndNoAccount) {
    const auto add = [&](const char* name) {
        return code_of(write([&](Transaction& tables) { return tables.shares().add_mailbox(name, at(0)); }));
    };
    EXPECT_EQ(add("helpdesk@a.example"), 409);
    EXPECT_EQ(add("alice@a.example"), 409);
    const auto names = [&] { return value_of(read([](Transaction& t) { return t.accounts().list(); })); };
    EXPECT_EQ(names(), (Strings{"alice@a.example", "bob@a.example"}));
    EXPECT_EQ(value_of(read([](Transaction& t) { return t.shares().mailboxes(); })),
              (Strings{"helpdesk@a.example"}));
    EXPECT_TRUE(value_of(read([&](Transaction& t) { return t.shares().is_mailbox(desk_); })));
    EXPECT_FALSE(value_of(read([&](Transaction& t) { return t.shares().is_mailbox(alice_); })));
    EXPECT_EQ(code_of(write([](Transaction& t) { return t.accounts().remove("helpdesk@a.example"); })), 404);
    EXPECT_EQ(code_of(write([](Transaction& t) { return t.shares().remove_mailbox("alice@a.example"); })),
              404);
    value_of(write([](Transaction& t) { return t.shares().remove_mailbox("helpdesk@a.example"); }));
    EXPECT_EQ(add("helpdesk@a.example"), 0);
}

TEST_F(SharesTest, RightsAreSetReplacedListedAndEnded) {
    value_of(give(alice_, "OWN"));
    value_of(give(bob_, "READ"));
    value_of(give(bob_, "WRITE", inbox_));
    value_of(give(bob_, "SEND"));
    EXPECT_EQ(grants(bob_), (Strings{" READ,SEND", "/inbox READ,WRITE"}));
    EXPECT_EQ(held(bob_), (Strings{"helpdesk@a.example READ,SEND", "helpdesk@a.example/INBOX READ,WRITE"}));
    const auto given = value_of(read([&](Transaction& t) { return t.shares().given(desk_, std::nullopt); }));
    ASSERT_EQ(given.size(), 2U);
    EXPECT_EQ(given[0].member, "alice@a.example");
    EXPECT_EQ(given[1].rights, value_of(parse_rights("SEND")));
    value_of(give(bob_, "NONE"));
    EXPECT_EQ(grants(bob_), (Strings{"/inbox READ,WRITE"}));
    value_of(write([](Transaction& t) { return t.accounts().remove("bob@a.example"); }));
    EXPECT_TRUE(held(bob_).empty());
    EXPECT_EQ(held(alice_).size(), 1U);
}

TEST_F(SharesTest, SoManyRightsAreGivenInAMailboxAndNoMore) {
    std::vector<AccountId> members;
    value_of(write([&](Transaction& tables) -> Result<void> {
        for (std::uint64_t i = 0; i < kMaxShares; ++i) {
            members.push_back(
                value_of(tables.accounts().add("member" + std::to_string(i) + "@a.example", at(0))));
            value_of(tables.shares().give(desk_, std::nullopt, members.back(), Rights().with(Right::read)));
        }
        return {};
    }));
    EXPECT_EQ(code_of(give(alice_, "READ")), 413);
    value_of(give(members.front(), "WRITE"));
    value_of(give(members.front(), "NONE"));
    value_of(give(alice_, "READ"));
}

TEST_F(SharesTest, RightsToAFolderGoWithItAndEndWhenItIsDropped) {
    const FolderId lists = value_of(
        write([&](Transaction& tables) { return tables.mailboxes().create_folder(desk_, "/INBOX/lists"); }));
    value_of(give(bob_, "READ", lists));
    value_of(
        write([&](Transaction& tables) { return tables.folders().rename(desk_, "/INBOX/lists", "/Lists"); }));
    EXPECT_EQ(held(bob_), (Strings{"helpdesk@a.example/Lists READ"}));
    value_of(write([&](Transaction& tables) { return tables.folders().drop(desk_, "/Lists"); }));
    EXPECT_TRUE(held(bob_).empty());
}

TEST_F(SharesTest, WhatIsReadIsEachMembersOwn) {
    for (const std::uint64_t number : {1, 2, 3})
        file(number);
    mark(alice_, 2);
    mark(alice_, 2);
    mark(bob_, 1);
    mark(bob_, 3);
    EXPECT_EQ(unread({inbox_, alice_}), 2U);
    EXPECT_EQ(unread({inbox_, bob_}), 1U);
    EXPECT_EQ(unread(inbox_), 3U) << "the mailbox's own state";
    EXPECT_TRUE(is_read({inbox_, alice_}, 2));
    EXPECT_FALSE(is_read({inbox_, bob_}, 2));
    for (const std::uint32_t limit : {1U, 2U, 9U}) {
        EXPECT_EQ(index({inbox_, alice_}, SelectorKind::unread, limit), (Strings{uuid_of(3), uuid_of(1)}));
        EXPECT_EQ(index({inbox_, bob_}, SelectorKind::unread, limit), (Strings{uuid_of(2)}));
        for (const SelectorKind kind : {SelectorKind::all, SelectorKind::since, SelectorKind::from})
            EXPECT_EQ(index({inbox_, alice_}, kind, limit).size(), 3U);
    }
    mark(bob_, 3, Mark::unread);
    mark(bob_, 3, Mark::unread);
    EXPECT_EQ(unread({inbox_, bob_}), 2U);
    mark(bob_, 2);
    mark(bob_, 3);
    EXPECT_EQ(unread({inbox_, bob_}), 0U);
    EXPECT_EQ(code_of(write([&](Transaction& t) {
                  return t.mailboxes().mark({inbox_, bob_}, uuid_of(9), Mark::read);
              })),
              404);
}

TEST_F(SharesTest, EachSelectorCountsWhatTheMemberHasNotRead) {
    for (const std::uint64_t number : {1, 2, 3})
        file(number);
    value_of(write([&](Transaction& t) {
        return t.references().set_flags({inbox_, alice_}, uuid_of(2), {true, true});
    }));
    const auto count = [&](AccountId member, SelectorKind kind) {
        const Folder counted = value_of(read([&](Transaction& t) {
            return t.mailboxes().count({inbox_, member}, Selector{kind, at(-9), "alice@a.example"});
        }));
        return std::pair(counted.unread, counted.total);
    };
    using Pair = std::pair<std::uint64_t, std::uint64_t>;
    EXPECT_EQ(count(alice_, SelectorKind::flagged), Pair(0, 1));
    EXPECT_EQ(count(bob_, SelectorKind::flagged), Pair(1, 1)) << "the flag is common";
    EXPECT_EQ(count(alice_, SelectorKind::since), Pair(2, 3));
    EXPECT_EQ(count(alice_, SelectorKind::from), Pair(2, 3));
    EXPECT_EQ(count(alice_, SelectorKind::unread), Pair(2, 2));
    EXPECT_EQ(count(bob_, SelectorKind::all), Pair(3, 3));
}

TEST_F(SharesTest, ACopyIsReadForWhomTheMessageWas) {
    file(1);
    mark(alice_, 1);
    const FolderId junk = folder_of(desk_, "/JUNK");
    value_of(write([&](Transaction& t) { return t.references().copy(inbox_, uuid_of(1), junk, at(0)); }));
    EXPECT_EQ(unread({junk, alice_}), 0U);
    EXPECT_EQ(unread({junk, bob_}), 1U);
    mark(bob_, 1);
    value_of(write([&](Transaction& t) { return t.references().copy(inbox_, uuid_of(1), junk, at(0)); }));
    EXPECT_EQ(unread({junk, bob_}), 1U) << "one that is there stays as it is";
    value_of(write([&](Transaction& t) { return t.references().remove(junk, uuid_of(1)); }));
    EXPECT_EQ(unread({junk, bob_}), 0U);
    EXPECT_EQ(unread({junk, alice_}), 0U);
    EXPECT_EQ(unread({inbox_, bob_}), 0U);
}

TEST_F(SharesTest, ALeaseKeepsWhatWasReadAndIsItsTakers) {
    for (const std::uint64_t number : {1, 2})
        file(number);
    for (const std::uint64_t number : {1, 2})
        mark(alice_, number);
    const auto take = [&](const char* lease, std::uint64_t number) {
        value_of(write(
            [&](Transaction& t) { return t.leases().take(lease, {inbox_, bob_}, uuid_of(number), at(10)); }));
    };
    const auto found = [&](AccountId who) {
        const auto leased = value_of(read([&](Transaction& t) { return t.leases().find("one", who); }));
        return leased ? leased->path : std::string("none");
    };
    take("one", 1);
    take("two", 2);
    EXPECT_EQ(unread({inbox_, alice_}), 0U);
    EXPECT_EQ(found(bob_), "/INBOX");
    EXPECT_EQ(found(alice_), "none");
    EXPECT_EQ(found(desk_), "none");
    const auto commit = [&](AccountId who) {
        return code_of(write([&](Transaction& t) { return t.leases().commit("one", who, at(1)); }));
    };
    EXPECT_EQ(commit(alice_), 410);
    EXPECT_EQ(commit(desk_), 410);
    EXPECT_EQ(commit(bob_), 0);
    EXPECT_EQ(commit(bob_), 0);
    EXPECT_EQ(found(bob_), "none");
    value_of(write([&](Transaction& t) { return t.leases().end(at(11), at(-1)); }));
    EXPECT_EQ(index(inbox_), (Strings{uuid_of(2)}));
    EXPECT_TRUE(is_read({inbox_, alice_}, 2)) << "it lies again as it lay";
    EXPECT_EQ(unread({inbox_, alice_}), 0U);
    EXPECT_EQ(unread({inbox_, bob_}), 1U);
}

TEST_F(SharesTest, WhoWroteIsKnownInThatMailboxUntilTheMessageGoes) {
    file(1);
    const auto sender = [&](AccountId owner) {
        return value_of(read([&](Transaction& t) { return t.shares().sender(owner, 1); })).value_or("");
    };
    value_of(write([&](Transaction& t) { return t.shares().note_sender(desk_, 1, "bob@a.example"); }));
    EXPECT_EQ(sender(desk_), "bob@a.example");
    EXPECT_EQ(sender(alice_), "");
    value_of(write([](Transaction& t) { return t.accounts().remove("bob@a.example"); }));
    EXPECT_EQ(sender(desk_), "bob@a.example");
    value_of(write([&](Transaction& t) { return t.references().remove(inbox_, uuid_of(1)); }));
    EXPECT_EQ(sender(desk_), "");
}

TEST_F(SharesTest, NothingIsLeftOfARemovedMailboxOrMember) {
    file(1);
    value_of(give(alice_, "OWN"));
    mark(alice_, 1);
    mark(bob_, 1);
    value_of(write([](Transaction& t) { return t.accounts().remove("alice@a.example"); }));
    EXPECT_EQ(unread({inbox_, bob_}), 0U);
    value_of(write([](Transaction& t) { return t.shares().remove_mailbox("helpdesk@a.example"); }));
    auto connection = value_of(
        Database::open(std::filesystem::path(directory_.path("store")) / "immp.db", Access::read_only));
    for (const char* table : {"shares", "seen", "seen_counts", "senders", "refs", "messages"}) {
        const auto rows =
            value_of(connection->query(std::string("SELECT count(*) FROM ") + table).one([](const Row& row) {
                return row.count(0);
            }));
        EXPECT_EQ(rows, 0U) << table;
    }
}

}  // namespace
}  // namespace immp::bridge
