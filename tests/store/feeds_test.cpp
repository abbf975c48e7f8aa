// Feeds, subscriptions, and items on their way to subscribers.
#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class FeedsTest : public StoreTest {
  protected:
    FeedId add(const std::string& uuid, const std::string& node, FeedState state = FeedState::open) {
        return value_of(
            write([&](Transaction& tables) { return tables.feeds().add({0, uuid, node, state}); }));
    }
    int subscribe(AccountId account, FeedId feed, const std::string& uuid) {
        return code_of(write([&](Transaction& tables) {
            return tables.feeds().subscribe({0, uuid, account, feed, Wish::made, 0, {}, {}, at(5)});
        }));
    }
    MessageId store_item(FeedId feed, std::uint64_t sequence) {
        return value_of(write([&](Transaction& tables) -> Result<MessageId> {
            const MessageId message =
                value_of(tables.mailboxes().add(make_message(tables, uuid_of(sequence))));
            value_of(tables.feeds().add_item(feed, {sequence, message, "digest"}));
            return message;
        }));
    }
    bool is_there(MessageId message) {
        return value_of(read([&](Transaction& tables) { return tables.mailboxes().message(message); }))
            .has_value();
    }
    template <class Work>
    void change(Work work) {
        value_of(write([&](Transaction& tables) -> Result<int> {
            value_of(work(tables.feeds()));
            return 0;
        }));
    }
    std::optional<Fanout> next(FeedId behind = 0) {
        return value_of(read([&](Transaction& tables) { return tables.feeds().next_fanout(behind); }));
    }

    const AccountId alice_ = add_account("alice@a.example");
    const AccountId carol_ = add_account("carol@a.example");
};

TEST_F(FeedsTest, ANodeHasOneThatIsNotGone) {
    const FeedId first = add(uuid_of(1), "n@b.example");
    change([&](Feeds& feeds) {
        FeedRow row = value_of(feeds.get(first)).value();
        row.state = FeedState::gone;
        row.first_title = "Old";
        return feeds.update(row);
    });
    EXPECT_EQ(subscribe(alice_, first, uuid_of(11)), 0);
    const FeedId second = add(uuid_of(2), "n@b.example", FeedState::asked);
    EXPECT_EQ(subscribe(alice_, second, uuid_of(12)), 0);
    EXPECT_EQ(subscribe(alice_, second, uuid_of(13)), 409);
    EXPECT_EQ(value_of(read([&](Transaction& t) { return t.feeds().of_node("n@b.example"); }))->id, second);
    change([&](Feeds& feeds) { return feeds.entitle(2, "Own", "words"); });
    const auto list = value_of(read([&](Transaction& t) { return t.feeds().list(alice_); }));
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0].subscription.title, "Old");
    EXPECT_EQ(list[0].feed.state, FeedState::gone);
    EXPECT_EQ(list[1].subscription.title, "Own");
    EXPECT_EQ(list[1].subscription.description, "words");
    EXPECT_EQ(list[1].subscription.made, at(5));
}

TEST_F(FeedsTest, AnAccountHasSoManySubscriptions) {
    value_of(write([&](Transaction& tables) -> Result<int> {
        for (std::uint64_t i = 0; i < kMaxSubscriptions; ++i) {
            const FeedId feed = value_of(
                tables.feeds().add({0, uuid_of(i), std::to_string(i) + "@b.example", FeedState::open}));
            value_of(tables.feeds().subscribe(
                {0, uuid_of(5'000 + i), alice_, feed, Wish::made, 0, {}, {}, at(0)}));
        }
        return 0;
    }));
    EXPECT_EQ(subscribe(alice_, add(uuid_of(4'000), "x@b.example"), uuid_of(9'999)), 413);
    EXPECT_EQ(subscribe(carol_, 1, uuid_of(9'999)), 0);
}

TEST_F(FeedsTest, TheNewestItemsAreKeptByTheirNumbers) {
    const FeedId feed = add(uuid_of(1), "n@b.example");
    std::vector<MessageId> messages;
    // Out of order: 200 first.
    messages.push_back(store_item(feed, 200));
    for (std::uint64_t i = 1; i <= kKeptItems; ++i)
        messages.push_back(store_item(feed, i));
    EXPECT_TRUE(is_there(messages[0]));
    EXPECT_FALSE(is_there(messages[1])) << "number 1 is the oldest";
    EXPECT_TRUE(is_there(messages[2]));
    const auto history = value_of(read([&](Transaction& t) { return t.feeds().history(feed, 2); }));
    EXPECT_EQ(history, (std::vector<MessageId>{messages[100], messages[0]}));
    const auto has_earlier = [&](std::uint64_t sequence) {
        return value_of(read([&](Transaction& t) { return t.feeds().has_earlier(feed, sequence); }));
    };
    EXPECT_TRUE(has_earlier(3));
    EXPECT_FALSE(has_earlier(2));
    EXPECT_EQ(value_of(read([&](Transaction& t) { return t.feeds().item(feed, 200); }))->message,
              messages[0]);
    EXPECT_FALSE(value_of(read([&](Transaction& t) { return t.feeds().item(feed, 150); })));
}

TEST_F(FeedsTest, AFanOutServesThoseWhoWereThere) {
    const FeedId feed = add(uuid_of(1), "n@b.example");
    ASSERT_EQ(subscribe(alice_, feed, uuid_of(11)), 0);
    const MessageId message = store_item(feed, 1);
    change([&](Feeds& feeds) { return feeds.add_fanout(feed, message); });
    ASSERT_EQ(subscribe(carol_, feed, uuid_of(12)), 0);
    value_of(write([&](Transaction& tables) -> Result<int> {
        value_of(tables.mailboxes().create_folder(alice_, kPushFolder));
        return 0;
    }));
    const auto fanout = next();
    ASSERT_TRUE(fanout);
    EXPECT_EQ(fanout->message, message);
    const auto served =
        value_of(read([&](Transaction& t) { return t.feeds().subscribers(*fanout, true, 10); }));
    ASSERT_EQ(served.size(), 1u) << "who came behind it has it by history";
    EXPECT_EQ(served[0].account, alice_);
    EXPECT_EQ(served[0].folder, folder_of(alice_, "/PUSH"));
    EXPECT_TRUE(
        value_of(read([&](Transaction& t) { return t.feeds().subscribers(*fanout, false, 10); })).empty());
    change([&](Feeds& feeds) { return feeds.decide(1, Wish::admitted, 3); });
    EXPECT_EQ(
        value_of(read([&](Transaction& t) { return t.feeds().subscribers(*fanout, false, 10); })).size(), 1u);
    EXPECT_TRUE(value_of(read([&](Transaction& t) { return t.feeds().wishers(*fanout, 10); })).empty());
    change([&](Feeds& feeds) { return feeds.advance(fanout->id, 1); });
    EXPECT_EQ(next()->done, 1);
    change([&](Feeds& feeds) { return feeds.end_fanout(fanout->id); });
    EXPECT_FALSE(next());
}

TEST_F(FeedsTest, ASubscriberComesWithWhatMayKeepAnItemFromHim) {
    const FeedId feed = add(uuid_of(1), "n@b.example");
    ASSERT_EQ(subscribe(alice_, feed, uuid_of(11)), 0);
    ASSERT_EQ(subscribe(carol_, feed, uuid_of(12)), 0);
    value_of(write([&](Transaction& tables) -> Result<int> {
        value_of(tables.blocks().add(alice_, {"x@b.example", BlockAction::junk, "", at(0), {}}, 10));
        value_of(tables.blocks().add(std::nullopt, {"y@b.example", BlockAction::junk, "", at(0), {}}, 10));
        value_of(tables.quotas().set_limit(alice_, 5'000));
        const MessageId message = value_of(tables.mailboxes().add(make_message(tables, uuid_of(2))));
        value_of(tables.mailboxes().file(message, value_of(tables.mailboxes().folder(alice_, "/INBOX"))->id,
                                         Mark::unread, uuid_of(3), at(0)));
        return 0;
    }));
    const auto subscriber = [&](SubscriptionId id) {
        return value_of(read([&](Transaction& t) { return t.feeds().subscriber(id); }));
    };
    const auto usage = value_of(read([&](Transaction& t) { return t.quotas().usage(alice_); }));
    EXPECT_GT(usage.used_bytes, 0u);
    EXPECT_TRUE(subscriber(1)->has_blocks);
    EXPECT_EQ(subscriber(1)->usage.used_bytes, usage.used_bytes);
    EXPECT_EQ(subscriber(1)->usage.limit_bytes, 5'000u);
    EXPECT_FALSE(subscriber(2)->has_blocks) << "the server's list is nobody's own";
    EXPECT_EQ(subscriber(2)->usage.used_bytes, 0u);
    EXPECT_FALSE(subscriber(2)->usage.limit_bytes);
    EXPECT_FALSE(subscriber(2)->folder);
    EXPECT_FALSE(subscriber(3));
}

TEST_F(FeedsTest, AFeedKnowsWhereItBegan) {
    const FeedId feed = add(uuid_of(1), "n@b.example");
    const auto base = [&] {
        return value_of(read([&](Transaction& t) { return t.feeds().get(feed); }))->base;
    };
    EXPECT_FALSE(base());
    for (const std::optional<std::uint64_t> known : {std::optional<std::uint64_t>(0), {40}, {}}) {
        change([&](Feeds& feeds) {
            FeedRow row = value_of(feeds.get(feed)).value();
            row.base = known;
            return feeds.update(row);
        });
        EXPECT_EQ(base(), known);
    }
    ASSERT_EQ(subscribe(alice_, feed, uuid_of(11)), 0);
    EXPECT_EQ(value_of(read([&](Transaction& t) { return t.feeds().list(alice_); }))[0].subscription.made,
              at(5));
}

TEST_F(FeedsTest, HowManyItemsHadToGoIsSaid) {
    const FeedId feed = add(uuid_of(1), "n@b.example");
    for (std::uint64_t i = 1; i <= kKeptItems + 1; ++i)
        value_of(write([&](Transaction& tables) -> Result<int> {
            const MessageId message = value_of(tables.mailboxes().add(make_message(tables, uuid_of(i))));
            const auto dropped = value_of(tables.feeds().add_item(feed, {i, message, "digest"}));
            EXPECT_EQ(dropped, i > kKeptItems ? 1u : 0u);
            return 0;
        }));
}

TEST_F(FeedsTest, WhatIsNotAnsweredEnds) {
    const FeedId old = add(uuid_of(1), "n@b.example", FeedState::asked);
    const FeedId joined = add(uuid_of(2), "m@b.example", FeedState::asked);
    const FeedId unused = add(uuid_of(3), "l@b.example", FeedState::asked);
    const FeedId answered = add(uuid_of(4), "k@b.example");
    for (const FeedId feed : {old, joined, answered})
        ASSERT_EQ(subscribe(alice_, feed, uuid_of(10 + static_cast<std::uint64_t>(feed))), 0);
    value_of(write([&](Transaction& tables) {
        return tables.feeds().subscribe({0, uuid_of(20), carol_, joined, Wish::made, 0, {}, {}, at(6)});
    }));
    const auto end = [&](std::int64_t until, std::uint32_t most = 10) {
        return value_of(write([&](Transaction& t) { return t.feeds().end_unanswered(at(until), most); }));
    };
    const auto state = [&](FeedId feed) {
        return value_of(read([&](Transaction& t) { return t.feeds().get(feed); }))->state;
    };
    EXPECT_EQ(end(4), 0u);
    EXPECT_EQ(end(5), 1u);
    EXPECT_EQ(state(old), FeedState::gone);
    EXPECT_EQ(state(joined), FeedState::asked) << "carol came later";
    EXPECT_EQ(end(6, 0), 0u);
    EXPECT_EQ(end(6), 1u);
    EXPECT_EQ(state(unused), FeedState::asked) << "that ends otherwise";
    EXPECT_EQ(state(answered), FeedState::open);
}

TEST_F(FeedsTest, AUsersWishThatIsNotAnsweredIsRefused) {
    const FeedId open = add(uuid_of(1), "n@b.example");
    const FeedId closed = add(uuid_of(2), "m@b.example");
    change([&](Feeds& feeds) {
        FeedRow row = value_of(feeds.get(closed)).value();
        row.is_open = false;
        return feeds.update(row);
    });
    ASSERT_EQ(subscribe(alice_, open, uuid_of(11)), 0);
    ASSERT_EQ(subscribe(alice_, closed, uuid_of(12)), 0);
    ASSERT_EQ(subscribe(carol_, closed, uuid_of(13)), 0);
    change([&](Feeds& feeds) { return feeds.decide(3, Wish::waiting, 1); });
    const auto refuse = [&](std::int64_t until) {
        return value_of(write([&](Transaction& t) { return t.feeds().refuse_unanswered(at(until), 10); }));
    };
    const auto wish = [&](std::uint64_t uuid) {
        return value_of(read([&](Transaction& t) { return t.feeds().subscription(uuid_of(uuid)); }))->wish;
    };
    EXPECT_EQ(refuse(4), 0u);
    EXPECT_EQ(refuse(5), 1u);
    EXPECT_EQ(wish(11), Wish::made) << "of an open node there is nothing more to it";
    EXPECT_EQ(wish(12), Wish::refused);
    EXPECT_EQ(wish(13), Wish::waiting);
}

TEST_F(FeedsTest, WhatASubscriptionMissedIsWhatIsKeptAndOnItsWayNoMore) {
    const FeedId feed = add(uuid_of(1), "n@b.example");
    ASSERT_EQ(subscribe(alice_, feed, uuid_of(11)), 0);
    std::vector<MessageId> messages;
    for (std::uint64_t i = 1; i <= 5; ++i)
        messages.push_back(store_item(feed, i));
    const auto missed = [&](std::uint64_t most) {
        return value_of(read([&](Transaction& t) { return t.feeds().missed(1, most); }));
    };
    EXPECT_TRUE(missed(10).empty());
    EXPECT_FALSE(value_of(read([&](Transaction& t) { return t.feeds().subscriber(1); }))->missed);
    change([&](Feeds& feeds) { return feeds.set_missed(1, 2); });
    EXPECT_EQ(value_of(read([&](Transaction& t) { return t.feeds().subscriber(1); }))->missed, 2u);
    change([&](Feeds& feeds) { return feeds.add_fanout(feed, messages[3]); });
    EXPECT_EQ(missed(10), (std::vector<MessageId>{messages[1], messages[2], messages[4]}));
    EXPECT_EQ(missed(2), (std::vector<MessageId>{messages[2], messages[4]}));
    change([&](Feeds& feeds) { return feeds.set_missed(1, std::nullopt); });
    EXPECT_TRUE(missed(10).empty());
}

TEST_F(FeedsTest, FeedsTakeTurns) {
    const FeedId one = add(uuid_of(1), "n@b.example");
    const FeedId two = add(uuid_of(2), "m@b.example");
    for (const FeedId feed : {one, one, two})
        change([&](Feeds& feeds) { return feeds.add_fanout(feed, std::nullopt); });
    EXPECT_EQ(next(0)->feed, one);
    EXPECT_EQ(next(one)->feed, two);
    EXPECT_EQ(next(two)->feed, one);
    EXPECT_EQ(next(two)->id, 1) << "the oldest of it";
}

TEST_F(FeedsTest, WhatIsOnItsWayStaysAndADroppedFeedTakesAllAlong) {
    const FeedId feed = add(uuid_of(1), "n@b.example");
    ASSERT_EQ(subscribe(alice_, feed, uuid_of(11)), 0);
    const MessageId message = store_item(feed, 1);
    change([&](Feeds& feeds) { return feeds.add_fanout(feed, message); });
    for (std::uint64_t i = 2; i <= kKeptItems + 2; ++i)
        store_item(feed, i);
    EXPECT_TRUE(is_there(message)) << "no longer kept, not yet filed";
    change([&](Feeds& feeds) { return feeds.drop(feed); });
    EXPECT_FALSE(is_there(message));
    EXPECT_TRUE(value_of(read([&](Transaction& t) { return t.feeds().list(alice_); })).empty());
    EXPECT_FALSE(next());
}

}  // namespace
}  // namespace immp::bridge
