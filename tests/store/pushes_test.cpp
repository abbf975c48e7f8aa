// Pushes: tokens, standings, what waits, what is known of those that lie in /PUSH, and their time.
#include "bridge/mail/push_token.hpp"
#include "bridge/store/sqlite_pushes.hpp"
#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class PushesTest : public StoreTest {
  protected:
    /// A work that cannot fail.
    template <class Work>
    void change(Work work) {
        value_of(write([&](Transaction& tables) -> Result<int> {
            work(tables);
            return 0;
        }));
    }
    MessageId add_push(Transaction& tables, std::uint64_t number, Time expires = at(3600)) {
        Message message = make_message(tables, uuid_of(number));
        message.envelope.kind = Kind::push;
        message.envelope.expires = expires;
        return value_of(tables.mailboxes().add(message));
    }
    bool is_there(MessageId id) {
        return value_of(read([&](Transaction& tables) { return tables.mailboxes().message(id); }))
            .has_value();
    }
    /// The push in alice's /PUSH, with its note.
    MessageId file_push(std::uint64_t number, const armor::Digest& digest, Time expires = at(3600)) {
        return value_of(write([&](Transaction& tables) -> Result<MessageId> {
            auto folder = value_of(tables.mailboxes().folder(alice_, kPushFolder));
            if (!folder) value_of(tables.mailboxes().create_folder(alice_, kPushFolder));
            folder = value_of(tables.mailboxes().folder(alice_, kPushFolder));
            const MessageId message = add_push(tables, number, expires);
            value_of(tables.mailboxes().file(message, folder->id, Mark::unread, uuid_of(99), at(0)));
            value_of(tables.pushes().keep_note(alice_, message, digest, 0, expires));
            return message;
        }));
    }
    std::uint64_t forget(Time now) {
        return value_of(write([&](Transaction& tables) { return tables.pushes().forget_expired(now); }));
    }
    bool use(AccountId account, std::string_view token, std::string_view publisher, Time now = at(1)) {
        return value_of(write([&](Transaction& tables) -> Result<bool> {
            const auto found =
                value_of(tables.pushes().find_token(account, push_token_hash(token), publisher, now));
            if (found) value_of(tables.pushes().use_token(*found));
            return found.has_value();
        }));
    }
    void keep_token(std::string_view token, std::string_view publisher, std::uint32_t uses) {
        change([&](Transaction& tables) {
            value_of(tables.pushes().add_token(
                alice_, {push_token_hash(token), std::string(publisher), uses, at(100)}, at(0)));
        });
    }

    const AccountId alice_ = add_account("alice@a.example");
    const AccountId carol_ = add_account("carol@a.example");
};

TEST_F(PushesTest, ATokenServesItsAccountItsPublisherItsUsesAndItsTime) {
    const std::string token = make_push_token();
    keep_token(token, "bob@b.example", 2);
    EXPECT_FALSE(use(carol_, token, "bob@b.example"));
    EXPECT_FALSE(use(0, token, "bob@b.example"));
    EXPECT_FALSE(use(alice_, token, "dave@b.example"));
    EXPECT_FALSE(use(alice_, token, "bob@b.example", at(100)));
    EXPECT_FALSE(use(alice_, make_push_token(), "bob@b.example"));
    EXPECT_TRUE(use(alice_, token, "bob@b.example"));
    reopen();
    EXPECT_TRUE(use(alice_, token, "bob@b.example"));
    EXPECT_FALSE(use(alice_, token, "bob@b.example"));
}

TEST_F(PushesTest, ARefusedWorkUsesNoTokenUp) {
    const std::string token = make_push_token();
    keep_token(token, "", 1);
    EXPECT_EQ(code_of(write([&](Transaction& tables) -> Result<int> {
                  const auto found = value_of(
                      tables.pushes().find_token(alice_, push_token_hash(token), "x@y.example", at(1)));
                  value_of(tables.pushes().use_token(found.value()));
                  return fail(441, "full");
              })),
              441);
    EXPECT_TRUE(use(alice_, token, "x@y.example"));
}

TEST_F(PushesTest, AStandingTakesThePlaceOfTheFormer) {
    change([&](Transaction& tables) {
        Pushes& pushes = tables.pushes();
        value_of(pushes.set_standing(alice_, "bob@b.example", PushStanding::approved, at(1)));
        value_of(pushes.set_standing(alice_, "bob@b.example", PushStanding::blocked, at(2)));
        EXPECT_EQ(value_of(pushes.standing(alice_, "bob@b.example")), PushStanding::blocked);
        EXPECT_EQ(value_of(pushes.standing(alice_, "b.example")), std::nullopt);
        EXPECT_EQ(value_of(pushes.standing(carol_, "bob@b.example")), std::nullopt);
        EXPECT_FALSE(value_of(pushes.end_standing(carol_, "bob@b.example")));
        EXPECT_TRUE(value_of(pushes.end_standing(alice_, "bob@b.example")));
        EXPECT_FALSE(value_of(pushes.end_standing(alice_, "bob@b.example")));
        EXPECT_EQ(value_of(pushes.standing(alice_, "bob@b.example")), std::nullopt);
    });
}

TEST_F(PushesTest, WhatWaitsIsListedByNameWithItsNewest) {
    MessageId newest = 0;
    change([&](Transaction& tables) {
        Pushes& pushes = tables.pushes();
        value_of(pushes.set_standing(alice_, "nas@a.example", PushStanding::approved, at(1)));
        for (std::uint64_t number = 1; number <= 2; ++number) {
            newest = add_push(tables, number);
            value_of(pushes.wait(alice_, {newest, "bob@b.example", at(static_cast<int>(number)), at(1000)}));
        }
        const auto found = value_of(pushes.sources(alice_));
        ASSERT_EQ(found.size(), 2u);
        EXPECT_EQ(found[0].source.name, "bob@b.example");
        EXPECT_EQ(found[0].source.waiting, 2u);
        EXPECT_EQ(found[0].source.since, at(2));
        EXPECT_EQ(found[0].newest, newest);
        EXPECT_EQ(found[1].source.standing, PushStanding::approved);
        EXPECT_TRUE(value_of(pushes.sources(carol_)).empty());
    });
}

TEST_F(PushesTest, AWaitingMessageGoesWithItsRowUnlessItWasFiled) {
    MessageId filed = 0;
    MessageId left = 0;
    change([&](Transaction& tables) {
        filed = add_push(tables, 1);
        left = add_push(tables, 2);
        value_of(tables.pushes().wait(alice_, {filed, "bob@b.example", at(0), at(1000)}));
        value_of(tables.pushes().wait(alice_, {left, "bob@b.example", at(0), at(1000)}));
        const FolderId inbox = value_of(tables.mailboxes().folder(alice_, "/INBOX"))->id;
        value_of(tables.mailboxes().file(filed, inbox, Mark::unread, uuid_of(9), at(0)));
        value_of(tables.pushes().end_waiting(alice_, "bob@b.example"));
    });
    EXPECT_TRUE(is_there(filed));
    EXPECT_FALSE(is_there(left));
}

TEST_F(PushesTest, OneThatWaitsEndsByItself) {
    MessageId first = 0;
    MessageId second = 0;
    change([&](Transaction& tables) {
        first = add_push(tables, 1);
        second = add_push(tables, 2);
        value_of(tables.pushes().wait(alice_, {first, "bob@b.example", at(0), at(1000)}));
        value_of(tables.pushes().wait(alice_, {second, "bob@b.example", at(0), at(1000)}));
        value_of(tables.pushes().end_waiting(first));
        const auto waiting = value_of(tables.pushes().waiting(alice_, "bob@b.example"));
        ASSERT_EQ(waiting.size(), 1u);
        EXPECT_EQ(waiting[0].message, second);
    });
    EXPECT_FALSE(is_there(first));
    EXPECT_TRUE(is_there(second));
}

TEST_F(PushesTest, AnAccountTakesWhatWaitsWithIt) {
    MessageId message = 0;
    change([&](Transaction& tables) {
        message = add_push(tables, 1);
        value_of(tables.pushes().wait(carol_, {message, "bob@b.example", at(0), at(1000)}));
    });
    change([&](Transaction& tables) { value_of(tables.accounts().remove("carol@a.example")); });
    EXPECT_FALSE(is_there(message));
}

TEST_F(PushesTest, OnlyWhatLiesThereUnreadAndUnflaggedIsRepeated) {
    const armor::Digest digest{7};
    file_push(1, digest);
    const FolderId folder = folder_of(alice_, kPushFolder);
    const auto repeated = [&] {
        return value_of(
            read([&](Transaction& tables) { return tables.pushes().repeated(alice_, folder, digest); }));
    };
    ASSERT_TRUE(repeated());
    EXPECT_EQ(repeated()->uuid, uuid_of(1));
    EXPECT_FALSE(value_of(read(
        [&](Transaction& tables) { return tables.pushes().repeated(alice_, folder, armor::Digest{8}); })));
    change([&](Transaction& tables) {
        value_of(tables.references().set_flags(folder, uuid_of(1), {std::nullopt, true}));
    });
    EXPECT_FALSE(repeated());
}

TEST_F(PushesTest, ARepetitionIsFoundByItsDigest) {
    const auto database = value_of(
        Database::open(std::filesystem::path(directory_.path("store")) / "immp.db", Access::read_only));
    const auto plan =
        value_of(database->query("EXPLAIN QUERY PLAN " + std::string(kRepeatedSql)).all([](const Row& row) {
            return row.text(3);
        }));
    ASSERT_FALSE(plan.empty());
    EXPECT_NE(plan[0].find("INDEX push_notes_digest (account=? AND digest=?)"), std::string::npos) << plan[0];
    for (const std::string& step : plan)
        EXPECT_EQ(step.find("SCAN"), std::string::npos) << step;
}

TEST_F(PushesTest, WhatExpiresGoesFromPushAlone) {
    const MessageId gone = file_push(1, {1}, at(50));
    const MessageId copied = file_push(2, {2}, at(50));
    const MessageId stays = file_push(3, {3}, at(5000));
    change([&](Transaction& tables) {
        const FolderId folder = value_of(tables.mailboxes().folder(alice_, kPushFolder))->id;
        const FolderId inbox = value_of(tables.mailboxes().folder(alice_, "/INBOX"))->id;
        value_of(tables.references().copy(folder, uuid_of(2), inbox, at(1)));
    });
    EXPECT_EQ(forget(at(49)), 0u);
    EXPECT_EQ(forget(at(50)), 2u);
    EXPECT_EQ(forget(at(50)), 0u);
    EXPECT_FALSE(is_there(gone));
    EXPECT_TRUE(is_there(copied));
    EXPECT_TRUE(is_there(stays));
    EXPECT_EQ(value_of(read([&](Transaction& tables) {
                  return tables.mailboxes().folder(alice_, kPushFolder);
              }))->total,
              1u);
}

TEST_F(PushesTest, WhatALeaseHasTakenGoesWhenItIsBack) {
    const MessageId taken = file_push(1, {1}, at(50));
    const FolderId folder = folder_of(alice_, kPushFolder);
    change(
        [&](Transaction& tables) { value_of(tables.leases().take("lease", folder, uuid_of(1), at(300))); });
    EXPECT_EQ(forget(at(60)), 0u);
    change([&](Transaction& tables) { value_of(tables.leases().end(at(301), at(0))); });
    EXPECT_EQ(forget(at(302)), 1u);
    EXPECT_FALSE(is_there(taken));
}

TEST_F(PushesTest, APushIsAwaitedUnderAUuidOfItsOwn) {
    const auto keep = [&](AccountId account) {
        return code_of(write([&](Transaction& tables) -> Result<int> {
            auto kept = tables.pushes().keep_sent(account, {uuid_of(1), "bob@b.example", {"Yes"}, at(50)});
            if (!kept) return std::unexpected(std::move(kept.error()));
            return 0;
        }));
    };
    EXPECT_EQ(keep(alice_), 0);
    EXPECT_EQ(keep(alice_), 452);
    EXPECT_EQ(keep(carol_), 0);
}

TEST_F(PushesTest, AnAnswerIsTakenOnceFromWhoWasAskedInTimeByALabel) {
    change([&](Transaction& tables) {
        Pushes& pushes = tables.pushes();
        value_of(pushes.keep_sent(alice_, {uuid_of(1), "bob@b.example", {"Yes", "No"}, at(50)}));
        const auto take = [&](AccountId account, std::uint64_t number, const char* who, const char* label,
                              Time now) {
            return value_of(pushes.awaits_answer(account, uuid_of(number), who, label, now));
        };
        EXPECT_FALSE(take(carol_, 1, "bob@b.example", "Yes", at(1)));
        EXPECT_FALSE(take(alice_, 2, "bob@b.example", "Yes", at(1)));
        EXPECT_FALSE(take(alice_, 1, "dave@b.example", "Yes", at(1)));
        EXPECT_FALSE(take(alice_, 1, "bob@b.example", "Maybe", at(1)));
        EXPECT_FALSE(take(alice_, 1, "bob@b.example", "Yes", at(50)));
        EXPECT_TRUE(take(alice_, 1, "bob@b.example", "No", at(49)));
        value_of(pushes.end_sent(carol_, uuid_of(1)));
        EXPECT_TRUE(take(alice_, 1, "bob@b.example", "No", at(49)));
        value_of(pushes.end_sent(alice_, uuid_of(1)));
        EXPECT_FALSE(take(alice_, 1, "bob@b.example", "No", at(49)));
    });
}

TEST_F(PushesTest, ExpiredRowsAreThoseOfPushesInNoBundleAndNoClaim) {
    const auto expired = [&](Time now) {
        return value_of(read([&](Transaction& tables) { return tables.pushes().expired_rows(now, 10); }))
            .size();
    };
    change([&](Transaction& tables) {
        OutboxRow row;
        row.recipient = "bob@b.example";
        row.destination = "b.example";
        row.queued = row.next_try = at(0);
        row.message = value_of(tables.mailboxes().add(make_message(tables, uuid_of(1))));
        value_of(tables.outbox().add(row));
        row.message = add_push(tables, 2, at(50));
        value_of(tables.outbox().add(row));
    });
    EXPECT_EQ(expired(at(49)), 0u);
    EXPECT_EQ(expired(at(50)), 1u);
    change([&](Transaction& tables) {
        EXPECT_EQ(value_of(tables.outbox().claim("b.example", "me", {10, 1 << 20}, at(1), at(100))).size(),
                  2u);
    });
    EXPECT_EQ(expired(at(99)), 0u) << "being sealed";
    EXPECT_EQ(expired(at(100)), 1u);
}

}  // namespace
}  // namespace immp::bridge
