// Rules, what waits for their programs, and what was forwarded.
#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class RulesTest : public StoreTest {
  protected:
    static Rule rule(std::string_view name) {
        Rule made;
        made.name = name;
        made.stop = true;
        return made;
    }
    int add(const Rule& made, std::string_view before = "") {
        return code_of(write([&](Transaction& tables) -> Result<int> {
            auto added = tables.rules().add(alice_, made, before);
            if (!added) return std::unexpected(added.error());
            return 0;
        }));
    }
    int drop(std::string_view name) {
        return code_of(write([&](Transaction& tables) -> Result<int> {
            auto dropped = tables.rules().drop(alice_, name);
            if (!dropped) return std::unexpected(dropped.error());
            return 0;
        }));
    }
    std::vector<Rule> list(AccountId account) {
        return value_of(read([&](Transaction& tables) { return tables.rules().list(account); }));
    }
    std::string names() {
        std::string all;
        for (const Rule& each : list(alice_))
            all += each.name + " ";
        return all;
    }
    /// A message of alice's that waits, in INBOX until then.
    RuleJobId hold(std::uint64_t number) {
        return value_of(write([&](Transaction& tables) -> Result<RuleJobId> {
            const MessageId message = value_of(tables.mailboxes().add(make_message(tables, uuid_of(number))));
            const FolderId inbox = value_of(tables.mailboxes().folder(alice_, "/INBOX"))->id;
            value_of(tables.mailboxes().file(message, inbox, Mark::unread, uuid_of(9), at(0)));
            value_of(
                tables.leases().take("lease" + std::to_string(number), inbox, uuid_of(number), at(1000)));
            value_of(tables.rules().add_job(alice_, "lease" + std::to_string(number), "alice+x@a.example"));
            return value_of(tables.rules().jobs(100)).back();
        }));
    }
    std::uint64_t messages() {
        return value_of(read([&](Transaction& tables) -> Result<std::uint64_t> {
            std::uint64_t count = 0;
            for (MessageId id = 1; id < 10; ++id)
                count += value_of(tables.mailboxes().message(id)) ? 1 : 0;
            return count;
        }));
    }

    const AccountId alice_ = add_account("alice@a.example");
    const AccountId carol_ = add_account("carol@a.example");
};

TEST_F(RulesTest, KeepAllThatTheySay) {
    Rule full = rule("full");
    full.from = "*@b.example";
    full.to = "list@c.example";
    full.subject = "two words";
    full.larger = 0;
    full.run = "check";
    full.file = "/INBOX/lists";
    full.forward = "dave@b.example";
    full.read = full.flagged = true;
    EXPECT_EQ(add(full), 0);
    Rule rejecting;
    rejecting.name = "rejecting";
    rejecting.reject = "";
    EXPECT_EQ(add(rejecting), 0);
    reopen();
    const auto stored = list(alice_);
    ASSERT_EQ(stored.size(), 2u);
    EXPECT_EQ(stored[0].from, full.from);
    EXPECT_EQ(stored[0].to, full.to);
    EXPECT_EQ(stored[0].subject, full.subject);
    EXPECT_EQ(stored[0].larger, 0u);
    EXPECT_EQ(stored[0].run, full.run);
    EXPECT_EQ(stored[0].file, full.file);
    EXPECT_EQ(stored[0].forward, full.forward);
    EXPECT_FALSE(stored[0].reject);
    EXPECT_TRUE(stored[0].read && stored[0].flagged && stored[0].stop);
    EXPECT_EQ(stored[1].reject, "");
    EXPECT_FALSE(stored[1].larger);
    EXPECT_FALSE(stored[1].stop);
    EXPECT_TRUE(list(carol_).empty());
}

TEST_F(RulesTest, StandWhereTheyAreTold) {
    EXPECT_EQ(add(rule("one")), 0);
    EXPECT_EQ(add(rule("three")), 0);
    EXPECT_EQ(add(rule("two"), "three"), 0);
    EXPECT_EQ(add(rule("zero"), "one"), 0);
    EXPECT_EQ(names(), "zero one two three ");
    EXPECT_EQ(add(rule("two"), "one"), 409);
    EXPECT_EQ(add(rule("four"), "nowhere"), 404);
    EXPECT_EQ(names(), "zero one two three ");
    EXPECT_EQ(drop("one"), 0);
    EXPECT_EQ(drop("one"), 404);
    EXPECT_EQ(add(rule("last")), 0);
    EXPECT_EQ(names(), "zero two three last ");
}

TEST_F(RulesTest, AreBounded) {
    for (std::size_t count = 0; count < kMaxForwardingRules; ++count) {
        Rule forwarding = rule("f" + std::to_string(count));
        forwarding.forward = "dave@b.example";
        EXPECT_EQ(add(forwarding), 0);
    }
    Rule forwarding = rule("one-too-many");
    forwarding.forward = "dave@b.example";
    EXPECT_EQ(add(forwarding), 413);
    for (std::size_t count = 0; count < kMaxProgramRules; ++count) {
        Rule asking = rule("p" + std::to_string(count));
        asking.run = "check";
        EXPECT_EQ(add(asking), 0);
    }
    Rule asking = rule("one-too-many");
    asking.run = "check";
    EXPECT_EQ(add(asking), 413);
    for (std::size_t count = kMaxForwardingRules + kMaxProgramRules; count < kMaxRules; ++count)
        EXPECT_EQ(add(rule("r" + std::to_string(count))), 0);
    EXPECT_EQ(add(rule("one-too-many")), 413);
}

TEST_F(RulesTest, AJobOutlivesARestartWithWhatProgramsSaid) {
    const RuleJobId first = hold(1);
    const RuleJobId second = hold(2);
    value_of(write([&](Transaction& tables) -> Result<int> {
        value_of(tables.rules().set_verdicts(first, {{7, true}, {8, false}}));
        return 0;
    }));
    reopen();
    EXPECT_EQ(value_of(read([&](Transaction& tables) { return tables.rules().jobs(100); })),
              (std::vector{first, second}));
    const auto job = value_of(read([&](Transaction& tables) { return tables.rules().job(first); }));
    ASSERT_TRUE(job);
    EXPECT_EQ(job->account, alice_);
    EXPECT_EQ(job->recipient, "alice+x@a.example");
    EXPECT_EQ(job->verdicts, (RuleVerdicts{{7, true}, {8, false}}));
    EXPECT_EQ(value_of(read([&](Transaction& tables) { return tables.rules().jobs_of(alice_); })), 2u);
    EXPECT_EQ(value_of(read([&](Transaction& tables) { return tables.rules().jobs_of(carol_); })), 0u);
}

TEST_F(RulesTest, TheEndOfAJobIsThatOfAMessageThatLiesNowhere) {
    const RuleJobId gone = hold(1);
    const RuleJobId filed = hold(2);
    EXPECT_EQ(messages(), 2u);
    value_of(write([&](Transaction& tables) -> Result<int> {
        value_of(tables.rules().end_job(*value_of(tables.rules().job(gone))));
        const RuleJob job = *value_of(tables.rules().job(filed));
        const FolderId junk = value_of(tables.mailboxes().folder(alice_, "/JUNK"))->id;
        EXPECT_EQ(value_of(tables.mailboxes().file(job.message, junk, Mark::unread, uuid_of(8), at(0))),
                  uuid_of(2))
            << "under its own id";
        value_of(tables.rules().end_job(job));
        return 0;
    }));
    EXPECT_EQ(messages(), 1u);
    EXPECT_TRUE(value_of(read([&](Transaction& tables) { return tables.rules().jobs(100); })).empty());
    const auto used = value_of(read([&](Transaction& tables) { return tables.quotas().usage(alice_); }));
    EXPECT_EQ(used.used_bytes, 1'024u + 5);
}

TEST_F(RulesTest, AnAccountsRulesAndJobsGoWithIt) {
    EXPECT_EQ(add(rule("one")), 0);
    hold(1);
    value_of(write([&](Transaction& tables) -> Result<int> {
        value_of(tables.rules().note_forward(alice_, uuid_of(1), "dave@b.example", at(0)));
        value_of(tables.accounts().remove("alice@a.example"));
        return 0;
    }));
    EXPECT_TRUE(list(alice_).empty());
    EXPECT_TRUE(value_of(read([&](Transaction& tables) { return tables.rules().jobs(100); })).empty());
    EXPECT_EQ(messages(), 0u);
}

TEST_F(RulesTest, AMessageIsForwardedToAnAddressOnce) {
    const auto note = [&](AccountId account, std::string_view target, Time now) {
        return value_of(write([&](Transaction& tables) {
            return tables.rules().note_forward(account, uuid_of(1), target, now);
        }));
    };
    EXPECT_TRUE(note(alice_, "dave@b.example", at(0)));
    EXPECT_FALSE(note(alice_, "dave@b.example", at(1)));
    EXPECT_TRUE(note(alice_, "bob@b.example", at(2)));
    EXPECT_TRUE(note(carol_, "dave@b.example", at(2)));
    const auto forget = [&](Time before) {
        return value_of(write([&](Transaction& tables) { return tables.rules().forget_forwards(before); }));
    };
    EXPECT_EQ(forget(at(2)), 1u);
    EXPECT_EQ(forget(at(2)), 0u);
    EXPECT_TRUE(note(alice_, "dave@b.example", at(3)));
}

TEST_F(RulesTest, ABodyOfTwoMessagesStaysForTheSecond) {
    const BodyId body = value_of(write([&](Transaction& tables) -> Result<BodyId> {
        Message message = make_message(tables, uuid_of(1));
        const FolderId inbox = value_of(tables.mailboxes().folder(alice_, "/INBOX"))->id;
        const FolderId other = value_of(tables.mailboxes().folder(carol_, "/INBOX"))->id;
        const MessageId first = value_of(tables.mailboxes().add(message));
        value_of(tables.mailboxes().file(first, inbox, Mark::unread, uuid_of(9), at(0)));
        message.envelope.original_from = "bob@b.example";
        const MessageId second = value_of(tables.mailboxes().add(message));
        value_of(tables.mailboxes().file(second, other, Mark::unread, uuid_of(9), at(0)));
        value_of(tables.references().remove(inbox, uuid_of(1)));
        EXPECT_EQ(value_of(tables.mailboxes().message(second))->envelope.original_from, "bob@b.example");
        return message.parts.front().body;
    }));
    EXPECT_EQ(value_of(write([](Transaction& tables) { return tables.bodies().sweep(at(100), {}); })), 0u);
    EXPECT_EQ(value_of(read([&](Transaction& tables) { return tables.bodies().length(body); })), 5u);
    value_of(write([&](Transaction& tables) -> Result<int> {
        const FolderId other = value_of(tables.mailboxes().folder(carol_, "/INBOX"))->id;
        value_of(tables.references().remove(other, uuid_of(1)));
        return 0;
    }));
    EXPECT_EQ(value_of(write([](Transaction& tables) { return tables.bodies().sweep(at(100), {}); })), 1u);
}

}  // namespace
}  // namespace immp::bridge
