#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class OutboxTest : public StoreTest {
  protected:
    MessageId add_message(std::uint64_t number) {
        return value_of(write([&](Transaction& tables) {
            return tables.mailboxes().add(make_message(tables, uuid_of(number)));
        }));
    }
    OutboxId add(MessageId message, std::string_view destination, std::int64_t next_try = 0,
                 std::int64_t queued = 0) {
        OutboxRow row;
        row.message = message;
        row.sender = "alice@a.example";
        row.recipient = "bob@" + std::string(destination);
        row.destination = destination;
        row.length = 5;
        row.queued = at(queued);
        row.next_try = at(next_try);
        return value_of(write([&](Transaction& tables) { return tables.outbox().add(row); }));
    }
    std::vector<OutboxRow> claim(std::string_view destination, std::string_view owner, std::uint32_t most,
                                 std::int64_t now, std::int64_t lease_end) {
        return value_of(write([&](Transaction& tables) {
            return tables.outbox().claim(destination, owner, {most, fill_bytes_}, at(now), at(lease_end));
        }));
    }
    Result<void> place(std::string_view bundle, const std::vector<Placement>& placements) {
        return write([&](Transaction& tables) { return tables.outbox().place(bundle, placements); });
    }
    std::vector<OutboxRow> in_bundle(std::string_view bundle) {
        return value_of(read([&](Transaction& tables) { return tables.outbox().in_bundle(bundle); }));
    }
    Result<void> finish(OutboxId row) {
        return write([&](Transaction& tables) { return tables.outbox().finish(row); });
    }
    Result<void> reschedule(OutboxId row, std::int64_t next_try) {
        return write([&](Transaction& tables) {
            return tables.outbox().reschedule(row, at(next_try), "720 unreachable");
        });
    }
    std::vector<WaitingDomain> waiting() {
        return value_of(read([](Transaction& tables) { return tables.outbox().waiting(); }));
    }
    static std::vector<OutboxId> ids(const std::vector<OutboxRow>& rows) {
        std::vector<OutboxId> found;
        for (const OutboxRow& row : rows)
            found.push_back(row.id);
        return found;
    }
    using Ids = std::vector<OutboxId>;

    std::uint64_t fill_bytes_ = 1000;
};

TEST_F(OutboxTest, ARowComesBackAsItWasAdded) {
    OutboxRow row;
    row.message = add_message(1);
    row.sender = "alice@a.example";
    row.recipient = "bob+lists@b.example/x#y";
    row.destination = "b.example";
    row.length = 1ULL << 40;
    row.queued = at(1);
    row.next_try = at(2);
    row.attempts = 3;
    row.last_error = "an error";
    row.delay_noticed = true;
    row.id = value_of(write([&](Transaction& tables) { return tables.outbox().add(row); }));
    reopen();
    const auto claimed = claim("b.example", "me", 10, 2, 10);
    ASSERT_EQ(claimed.size(), 1U);
    const OutboxRow& is = claimed.front();
    EXPECT_EQ(is.id, row.id);
    EXPECT_EQ(is.message, row.message);
    EXPECT_EQ(is.sender, row.sender);
    EXPECT_EQ(is.recipient, row.recipient);
    EXPECT_EQ(is.destination, row.destination);
    EXPECT_EQ(is.length, row.length);
    EXPECT_EQ(is.queued, row.queued);
    EXPECT_EQ(is.next_try, row.next_try);
    EXPECT_EQ(is.attempts, row.attempts);
    EXPECT_EQ(is.last_error, row.last_error);
    EXPECT_TRUE(is.delay_noticed);
    EXPECT_EQ(is.bundle, "");
}

TEST_F(OutboxTest, WaitingGathersByDomain) {
    const MessageId message = add_message(1);
    const OutboxId first = add(message, "b.example", 30);
    add(message, "b.example", 20);
    add(message, "c.example", 50);
    value_of(place("bundle", {{first, 0, 0}}));
    const auto domains = waiting();
    ASSERT_EQ(domains.size(), 2U);
    EXPECT_EQ(domains[0].destination, "b.example");
    EXPECT_EQ(domains[0].rows, 1U);
    EXPECT_EQ(domains[0].next_try, at(20));
    EXPECT_EQ(domains[1].destination, "c.example");
    EXPECT_EQ(domains[1].next_try, at(50));
}

TEST_F(OutboxTest, AClaimTakesWhatIsDueOldestMessageFirst) {
    const MessageId old = add_message(1);
    const MessageId young = add_message(2);
    const OutboxId young_first = add(young, "b.example");
    const OutboxId old_first = add(old, "b.example");
    const OutboxId young_second = add(young, "b.example");
    add(old, "c.example");
    const OutboxId later = add(old, "b.example", 100);
    EXPECT_EQ(ids(claim("b.example", "me", 2, 0, 60)), (Ids{old_first, young_first}));
    EXPECT_EQ(ids(claim("b.example", "me", 9, 0, 60)), (Ids{young_second}))
        << "what is claimed is not given again";
    EXPECT_EQ(ids(claim("b.example", "me", 9, 59, 60)), Ids{});
    EXPECT_EQ(ids(claim("b.example", "me", 1, 100, 160)), (Ids{old_first})) << "the lease ended";
    EXPECT_EQ(ids(claim("b.example", "me", 9, 100, 160)), (Ids{later, young_first, young_second}));
}

TEST_F(OutboxTest, AClaimTakesWholeMessagesUntilItIsFull) {
    const MessageId first = add_message(1);
    const MessageId second = add_message(2);
    const MessageId third = add_message(3);
    Ids rows;
    for (const MessageId message : {first, first, second, third})
        rows.push_back(add(message, "b.example"));
    fill_bytes_ = 1;
    EXPECT_EQ(ids(claim("b.example", "me", 9, 0, 60)), (Ids{rows[0], rows[1]})) << "the first in any case";
    fill_bytes_ = 10;
    EXPECT_EQ(ids(claim("b.example", "me", 9, 60, 120)), (Ids{rows[0], rows[1], rows[2]}));
    fill_bytes_ = 14;
    EXPECT_EQ(ids(claim("b.example", "me", 9, 120, 180)), (Ids{rows[0], rows[1], rows[2]}));
    fill_bytes_ = 15;
    EXPECT_EQ(ids(claim("b.example", "me", 9, 180, 240)), rows);
}

TEST_F(OutboxTest, TwoOwnersNeverGetTheSameRowUntilTheLeaseEnds) {
    OpenStore other(directory_.path("store"));
    const MessageId message = add_message(1);
    Ids added;
    for (int i = 0; i < 20; ++i)
        added.push_back(add(message, "b.example"));
    Ids given;
    for (int round = 0; round < 4; ++round) {
        for (const OutboxId id : ids(claim("b.example", "one", 3, 0, 60)))
            given.push_back(id);
        for (const OutboxId id : ids(value_of(other.write([&](Transaction& tables) {
                 return tables.outbox().claim("b.example", "two", {3, 1000}, at(0), at(60));
             }))))
            given.push_back(id);
    }
    EXPECT_EQ(given, added);
    EXPECT_EQ(ids(value_of(other.write([&](Transaction& tables) {
                  return tables.outbox().claim("b.example", "two", {99, 1000}, at(60), at(120));
              }))),
              added)
        << "an ended lease is taken over";
    EXPECT_EQ(ids(claim("b.example", "one", 99, 60, 120)), Ids{});
}

TEST_F(OutboxTest, RenewingKeepsAClaimAndGivingUpEndsIt) {
    const OutboxId row = add(add_message(1), "b.example");
    claim("b.example", "one", 9, 0, 60);
    const auto renew = [&](std::string_view owner, std::int64_t lease_end) {
        value_of(write([&](Transaction& tables) { return tables.bundles().renew(owner, at(lease_end)); }));
    };
    renew("one", 600);
    renew("two", 0);
    EXPECT_EQ(ids(claim("b.example", "two", 9, 60, 120)), Ids{});
    const auto release = [&](std::string_view owner) {
        value_of(write([&](Transaction& tables) { return tables.bundles().release(owner); }));
    };
    release("two");
    EXPECT_EQ(ids(claim("b.example", "two", 9, 60, 120)), Ids{});
    release("one");
    EXPECT_EQ(ids(claim("b.example", "two", 9, 60, 120)), Ids{row});
}

TEST_F(OutboxTest, RowsTravelInABundle) {
    const MessageId message = add_message(1);
    const OutboxId first = add(message, "b.example");
    const OutboxId second = add(message, "b.example");
    const OutboxId third = add(message, "b.example");
    claim("b.example", "me", 9, 0, 60);
    value_of(place("bundle", {{third, 1, 0}, {first, 0, 1}, {second, 0, 0}}));
    const auto rows = in_bundle("bundle");
    EXPECT_EQ(ids(rows), (Ids{second, first, third}));
    EXPECT_EQ(rows[2].bundle, "bundle");
    EXPECT_EQ(rows[2].item, 1U);
    EXPECT_EQ(rows[1].recipient_no, 1U);
    EXPECT_TRUE(in_bundle("").empty());
    EXPECT_EQ(ids(claim("b.example", "other", 9, 1000, 2000)), Ids{}) << "the bundle's claim counts now";

    EXPECT_EQ(code_of(place("stolen", {{first, 0, 0}})), 409);
    EXPECT_EQ(code_of(place("stolen", {{999, 0, 0}})), 404);
    EXPECT_TRUE(in_bundle("stolen").empty());
}

TEST_F(OutboxTest, ARowEndsOnce) {
    const OutboxId row = add(add_message(1), "b.example");
    EXPECT_EQ(code_of(finish(row)), 0);
    EXPECT_EQ(code_of(finish(row)), 404);
    EXPECT_EQ(code_of(reschedule(row, 1)), 404);
    EXPECT_TRUE(waiting().empty());
}

TEST_F(OutboxTest, WhatWaitsUnderATokenIsWithdrawn) {
    const auto row = [&](std::uint64_t message, const std::string& token) {
        OutboxRow made;
        made.message = add_message(message);
        made.recipient = "feed@b.example";
        made.destination = "b.example";
        made.token = token;
        return value_of(write([&](Transaction& tables) { return tables.outbox().add(made); }));
    };
    const auto withdraw = [&](const std::string& token, const std::string& from = "") {
        return value_of(write(
            [&](Transaction& tables) { return tables.outbox().withdraw("feed@b.example", token, from); }));
    };
    const OutboxId travels = row(1, "old");
    row(2, "old");
    row(3, "old");
    row(4, "new");
    row(5, "");
    EXPECT_TRUE(place("bundle", {{travels, 0, 0}}));
    EXPECT_EQ(withdraw("old", "nobody@a.example"), 0u);
    EXPECT_EQ(withdraw("old"), 2u) << "not what travels";
    EXPECT_EQ(withdraw("new", "alice@a.example"), 1u);
    EXPECT_EQ(withdraw(""), 0u) << "mail";
    const auto left = claim("b.example", "x", 10, 100, 200);
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].token, "");
}

TEST_F(OutboxTest, ARescheduledRowLeavesBundleAndClaim) {
    const OutboxId row = add(add_message(1), "b.example");
    claim("b.example", "me", 9, 0, 600);
    value_of(place("bundle", {{row, 3, 4}}));
    value_of(reschedule(row, 50));
    EXPECT_TRUE(in_bundle("bundle").empty());
    EXPECT_EQ(ids(claim("b.example", "other", 9, 49, 600)), Ids{});
    const auto again = claim("b.example", "other", 9, 50, 600);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].attempts, 1U);
    EXPECT_EQ(again[0].last_error, "720 unreachable");
}

/// More pages than SQLite keeps in memory for a statement that may have to be undone (sqlite.cpp).
TEST_F(OutboxTest, ManyRowsChangeInOneStatement) {
    const MessageId message = add_message(1);
    constexpr int kRows = 20'000;
    value_of(write([&](Transaction& tables) -> Result<int> {
        OutboxRow row;
        row.message = message;
        row.destination = "b.example";
        row.next_try = at(1'000);
        for (int i = 0; i < kRows; ++i) {
            row.recipient = std::to_string(i) + std::string(900, 'x') + "@b.example";
            value_of(tables.outbox().add(row));
        }
        return 0;
    }));
    EXPECT_TRUE(write([](Transaction& tables) { return tables.outbox().hasten("b.example", at(0)); }));
    EXPECT_EQ(claim("b.example", "x", 10, 100, 200).size(), 10u) << "they are due";
}

TEST_F(OutboxTest, HasteningMakesADomainsRowsDue) {
    const MessageId message = add_message(1);
    const OutboxId here = add(message, "b.example", 500);
    add(message, "c.example", 500);
    value_of(write([](Transaction& tables) { return tables.outbox().hasten("b.example", at(10)); }));
    EXPECT_EQ(ids(claim("b.example", "me", 9, 10, 60)), Ids{here});
    EXPECT_EQ(ids(claim("c.example", "me", 9, 10, 60)), Ids{});
}

TEST_F(OutboxTest, ExplainingTellsWhyADomainsDueRowsWait) {
    const MessageId message = add_message(1);
    add(message, "b.example", 5);
    const OutboxId put_off = add(message, "b.example", 50);
    add(message, "c.example", 5);
    value_of(reschedule(put_off, 50));
    value_of(
        write([](Transaction& tables) { return tables.outbox().explain("b.example", "412 key", at(10)); }));
    const auto why = [&](std::string_view domain) {
        std::vector<std::string> errors;
        for (const OutboxRow& row : claim(domain, "me", 9, 60, 600))
            errors.push_back(row.last_error);
        return errors;
    };
    EXPECT_EQ(why("b.example"), (std::vector<std::string>{"412 key", "720 unreachable"}));
    EXPECT_EQ(why("c.example"), (std::vector<std::string>{""}));
}

TEST_F(OutboxTest, ExplainingTellsItOfRowsInBundlesToo) {
    const OutboxId placed = add(add_message(1), "b.example", 5);
    value_of(place("bundle", {{placed, 0, 0}}));
    value_of(
        write([](Transaction& tables) { return tables.outbox().explain("b.example", "412 key", at(10)); }));
    const auto rows = value_of(read([](Transaction& tables) { return tables.outbox().in_bundle("bundle"); }));
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows.front().last_error, "412 key");
}

TEST_F(OutboxTest, LateRowsAreFoundOldestFirstAndNoMoreThanAsked) {
    const MessageId message = add_message(1);
    const OutboxId placed = add(message, "b.example", 0, 5);
    const OutboxId free = add(message, "c.example", 0, 3);
    const OutboxId later = add(message, "c.example", 0, 10);
    value_of(place("bundle", {{placed, 0, 0}}));
    const auto delayed = [&](std::int64_t until, std::uint32_t most) {
        return ids(
            value_of(read([&](Transaction& tables) { return tables.outbox().delayed(at(until), most); })));
    };
    const auto expired = [&](std::int64_t until, std::uint32_t most) {
        return ids(
            value_of(read([&](Transaction& tables) { return tables.outbox().expired(at(until), most); })));
    };
    EXPECT_EQ(delayed(9, 9), (Ids{free, placed}));
    EXPECT_EQ(delayed(10, 9), (Ids{free, placed, later}));
    EXPECT_EQ(delayed(10, 2), (Ids{free, placed}));
    EXPECT_EQ(expired(10, 9), (Ids{free, later})) << "what travels is left to its receipt";
    EXPECT_EQ(expired(10, 1), Ids{free});
    value_of(write([&](Transaction& tables) { return tables.outbox().note_delay(free); }));
    EXPECT_EQ(delayed(9, 9), Ids{placed}) << "its sender was told";
    EXPECT_EQ(expired(9, 9), Ids{free});
    EXPECT_EQ(code_of(write([](Transaction& tables) { return tables.outbox().note_delay(999); })), 404);
}

}  // namespace
}  // namespace immp::bridge
