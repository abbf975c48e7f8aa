// Rules at the node: local mail and another domain's, forwarding and its loops, programs and what dies
// between them.
#include "bridge/node/ruling.hpp"

#include "bridge/mail/inner.hpp"
#include "tests/node/house.hpp"
#include "tests/support/program_folder.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

class Ruling : public TwoDomains {
  protected:
    Ruling() {
        for (House* house : {&a_, &b_})
            house->programs = {programs_.path(), 60s, 2};
        a_.restart();
        b_.restart();
    }
    static Rule rule(const std::string& name) {
        Rule made;
        made.name = name;
        return made;
    }
    static Rule forwarding(const std::string& to) {
        Rule made = rule("forward-" + to.substr(0, to.find('@')));
        made.forward = to;
        return made;
    }
    static Rule asking(const std::string& program) {
        Rule made = rule(program);
        made.run = program;
        return made;
    }
    int add(House& house, const std::string& account, const Rule& made, const std::string& before = "") {
        auto answer = house.ask(*house.node->make_desk(), AddRule{account, made, before});
        return answer ? 0 : answer.error().code;
    }
    RecipientOutcome send(House& house, const std::string& from, const std::string& to,
                          const std::string& subject = "hello") {
        auto answer = house.submit(mail(from, {to}, subject), {"text"});
        EXPECT_TRUE(answer) << answer.error().text;
        return std::get<Submitted>(*answer).outcomes.front();
    }
    bool comes(House& house, const std::string& account, std::size_t count,
               const std::string& folder = "/INBOX") {
        return loop_.run_until([&] { return house.index(account, folder).size() == count; });
    }
    void make_folder(House& house, const std::string& account, const std::string& path) {
        ASSERT_TRUE(house.ask(*house.node->make_desk(), CreateFolder{account, path}));
    }
    std::uint64_t jobs(House& house) {
        return house
            .in_store<std::uint64_t>([](Transaction& transaction) -> Result<std::uint64_t> {
                auto waiting = transaction.rules().jobs(1'000);
                if (!waiting) return std::unexpected(waiting.error());
                return waiting->size();
            })
            .value();
    }

    immp::test::ProgramFolder programs_{directory_ / "programs"};
};

TEST_F(Ruling, ARuleFilesAndMarksLocalMail) {
    make_folder(a_, "carol@a.example", "/INBOX/lists");
    Rule filing = rule("lists");
    filing.from = "alice@a.example";
    filing.file = "/inbox/LISTS";
    filing.read = filing.flagged = true;
    ASSERT_EQ(add(a_, "carol@a.example", filing), 0);
    EXPECT_EQ(send(a_, "alice@a.example", "carol@a.example").code, 275);
    EXPECT_TRUE(a_.index("carol@a.example").empty());
    const auto filed = a_.index("carol@a.example", "/INBOX/lists");
    ASSERT_EQ(filed.size(), 1u);
    EXPECT_EQ(filed[0].flags, (std::vector<std::string>{"read", "flagged"}));
    const auto listed = a_.ask(*a_.node->make_desk(), ListRules{"carol@a.example"});
    EXPECT_EQ(std::get<RuleList>(*listed).front().file, "/INBOX/lists") << "as it is spelt";
}

TEST_F(Ruling, AFolderThatIsGoneIsInbox) {
    make_folder(a_, "carol@a.example", "/lists");
    Rule filing = rule("lists");
    filing.file = "/lists";
    ASSERT_EQ(add(a_, "carol@a.example", filing), 0);
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(), DropFolder{"carol@a.example", "/lists"}));
    EXPECT_EQ(send(a_, "alice@a.example", "carol@a.example").code, 275);
    EXPECT_EQ(a_.index("carol@a.example").size(), 1u);
}

TEST_F(Ruling, OneMessageLiesInEachFolderThatRulesName) {
    for (const char* folder : {"/one", "/two"}) {
        make_folder(a_, "carol@a.example", folder);
        Rule filing = rule(std::string(folder).substr(1));
        filing.file = folder;
        ASSERT_EQ(add(a_, "carol@a.example", filing), 0);
    }
    EXPECT_EQ(send(a_, "alice@a.example", "carol@a.example").code, 275);
    ASSERT_EQ(a_.index("carol@a.example", "/one").size(), 1u);
    EXPECT_EQ(a_.index("carol@a.example", "/one")[0].id, a_.index("carol@a.example", "/two")[0].id);
    EXPECT_TRUE(a_.index("carol@a.example").empty());
}

TEST_F(Ruling, WhatIsAddedMustBeThere) {
    Rule filing = rule("filing");
    filing.file = "/nowhere";
    EXPECT_EQ(add(a_, "carol@a.example", filing), 404);
    EXPECT_EQ(add(a_, "carol@a.example",
                  [] {
                      Rule made = asking("nothing");
                      made.stop = true;
                      return made;
                  }()),
              404);
    EXPECT_EQ(add(a_, "carol@a.example", forwarding("carol@a.example")), 400);
    EXPECT_EQ(add(a_, "carol@a.example", forwarding("alice@a.example"), "nothing"), 404);
}

TEST_F(Ruling, ARejectedLocalSenderReadsTheReason) {
    Rule rejecting = rule("no");
    rejecting.subject = "lottery";
    rejecting.reject = "Not \"that\" again";
    ASSERT_EQ(add(a_, "carol@a.example", rejecting), 0);
    const auto refused = send(a_, "alice@a.example", "carol@a.example", "You won the LOTTERY");
    EXPECT_EQ(refused.code, 452);
    EXPECT_FALSE(refused.retry);
    EXPECT_EQ(refused.text, "Refused by policy reason=\"Not \\\"that\\\" again\"");
    EXPECT_TRUE(a_.index("carol@a.example").empty());
    EXPECT_EQ(send(a_, "alice@a.example", "carol@a.example", "Lunch").code, 275);
}

TEST_F(Ruling, ARejectedSenderOfAnotherDomainGetsABounce) {
    raise_links();
    Rule rejecting = rule("no");
    rejecting.reject = "";
    ASSERT_EQ(add(b_, "bob@b.example", rejecting), 0);
    send(a_, "alice@a.example", "bob@b.example");
    ASSERT_TRUE(comes(a_, "alice@a.example", 1));
    EXPECT_TRUE(a_.index("alice@a.example")[0].subject.starts_with("Undelivered: bob@b.example"));
    EXPECT_TRUE(b_.index("bob@b.example").empty());
}

TEST_F(Ruling, ForwardedMailIsFromTheForwarderAndIsKept) {
    raise_links();
    ASSERT_EQ(add(a_, "carol@a.example", forwarding("bob@b.example")), 0);
    EXPECT_EQ(send(a_, "alice@a.example", "carol@a.example").code, 275);
    ASSERT_TRUE(comes(b_, "bob@b.example", 1)) << "at once, not with the clock";
    const auto kept = a_.index("carol@a.example");
    ASSERT_EQ(kept.size(), 1u);
    const auto forwarded = b_.index("bob@b.example")[0];
    EXPECT_EQ(forwarded.from, "carol@a.example");
    EXPECT_EQ(forwarded.id, kept[0].id);
    const std::string json = b_.fetch("bob@b.example", forwarded.id, FetchForm::json);
    EXPECT_NE(json.find(R"("original-from":"alice@a.example")"), std::string::npos) << json;
    EXPECT_NE(json.find(R"("to":["carol@a.example"])"), std::string::npos) << json;
    std::size_t hops = 0;
    for (std::size_t at = 0; (at = json.find("\"timestamp\"", at)) != json.npos; ++at)
        ++hops;
    EXPECT_EQ(hops, 3u) << "submitted, forwarded, received";
    EXPECT_NE(b_.fetch("bob@b.example", forwarded.id, FetchForm::mime).find("X-IMMP-Original-From: "),
              std::string::npos);
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; }));
}

TEST_F(Ruling, AMailboxHereGetsForwardedMailByItsOwnRules) {
    ASSERT_EQ(add(a_, "carol@a.example", forwarding("alice@a.example")), 0);
    Rule junk = rule("junk");
    junk.from = "carol@a.example";
    junk.file = "/JUNK";
    ASSERT_EQ(add(a_, "alice@a.example", junk), 0);
    EXPECT_EQ(send(a_, "alice@a.example", "carol@a.example").code, 275);
    EXPECT_EQ(a_.index("carol@a.example").size(), 1u);
    EXPECT_EQ(a_.index("alice@a.example", "/JUNK").size(), 1u);
}

TEST_F(Ruling, WhatCannotBeForwardedComesBackToTheForwarder) {
    raise_links();
    ASSERT_EQ(add(a_, "carol@a.example", forwarding("nobody@a.example")), 0);
    ASSERT_EQ(add(a_, "carol@a.example", forwarding("noone@b.example")), 0);
    EXPECT_EQ(send(a_, "alice@a.example", "carol@a.example").code, 275);
    ASSERT_TRUE(comes(a_, "carol@a.example", 3));
    std::string subjects;
    for (const IndexEntry& entry : a_.index("carol@a.example"))
        subjects += entry.subject + "\n";
    EXPECT_NE(subjects.find("Undelivered: nobody@a.example"), std::string::npos) << subjects;
    EXPECT_NE(subjects.find("Undelivered: noone@b.example"), std::string::npos) << subjects;
    EXPECT_TRUE(a_.index("alice@a.example").empty()) << "the sender was told of his own delivery";
}

TEST_F(Ruling, ALoopAcrossTwoDomainsEnds) {
    raise_links();
    ASSERT_EQ(add(a_, "alice@a.example", forwarding("bob@b.example")), 0);
    ASSERT_EQ(add(b_, "bob@b.example", forwarding("alice@a.example")), 0);
    EXPECT_EQ(send(a_, "carol@a.example", "alice@a.example").code, 275);
    ASSERT_TRUE(comes(a_, "alice@a.example", 2)) << "the mail, and what came back";
    ASSERT_TRUE(comes(b_, "bob@b.example", 1));
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0 && b_.outbox_rows() == 0; }));
    loop_.advance(60s);
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0 && b_.outbox_rows() == 0; }));
    EXPECT_EQ(a_.index("alice@a.example").size(), 2u);
    EXPECT_EQ(b_.index("bob@b.example").size(), 1u);
    EXPECT_TRUE(a_.index("carol@a.example").empty()) << "no bounce";
}

TEST_F(Ruling, ALoopWithinADomainEnds) {
    ASSERT_EQ(add(a_, "alice@a.example", forwarding("carol@a.example")), 0);
    ASSERT_EQ(add(a_, "carol@a.example", forwarding("alice@a.example")), 0);
    EXPECT_EQ(send(a_, "alice@a.example", "carol@a.example").code, 275);
    EXPECT_EQ(a_.index("carol@a.example").size(), 2u);
    EXPECT_EQ(a_.index("alice@a.example").size(), 1u);
}

TEST_F(Ruling, NothingIsForwardedBeyondFiftyHops) {
    ASSERT_EQ(add(a_, "carol@a.example", forwarding("alice@a.example")), 0);
    const auto drop = [&](std::size_t hops) {
        return a_.in_store<int>([&](Transaction& transaction) -> Result<int> {
            Message far;
            far.envelope.id = armor::random_uuid();
            far.envelope.from = "dave@b.example";
            far.envelope.to = {"carol@a.example"};
            far.envelope.received.assign(hops, {"b.example", loop_.now()});
            const DropContext context{"a.example", armor::random_uuid, loop_.now(), 0,
                                      std::make_shared<Bell>()};
            MailDrop into(transaction, far, context);
            auto dropped = into.drop(*parse_imid("carol@a.example"));
            if (!dropped) return std::unexpected(dropped.error());
            return dropped->code;
        });
    };
    EXPECT_EQ(drop(kMaxItemHops).value(), 275);
    EXPECT_EQ(a_.index("carol@a.example").size(), 1u);
    EXPECT_TRUE(a_.index("alice@a.example").empty());
    EXPECT_EQ(drop(kMaxItemHops - 1).value(), 275);
    EXPECT_EQ(a_.index("alice@a.example").size(), 1u);
}

TEST_F(Ruling, ARepeatedBundleForwardsNothingTwice) {
    wire_.fate = [lost = 0](auto&, auto&) mutable { return lost++ < 2 ? Fate::lose_reply : Fate::pass; };
    raise_links();
    ASSERT_EQ(add(b_, "bob@b.example", forwarding("dave@b.example")), 0);
    send(a_, "alice@a.example", "bob@b.example");
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return a_.outbox_rows() == 0; }));
    EXPECT_EQ(b_.index("bob@b.example").size(), 1u);
    EXPECT_EQ(b_.index("dave@b.example").size(), 1u);
}

TEST_F(Ruling, AProgramsWordDecidesWhileTheMessageIsHidden) {
    const std::string gate = (programs_.path() / "gate").string();
    programs_.add("check",
                  "grep -q '^Subject: spam' || exit 1; while [ ! -e " + gate + " ]; do sleep 0.05; done");
    Rule junk = asking("check");
    junk.file = "/JUNK";
    ASSERT_EQ(add(a_, "carol@a.example", junk), 0);
    EXPECT_EQ(send(a_, "alice@a.example", "carol@a.example", "spam spam").code, 275);
    EXPECT_EQ(send(a_, "alice@a.example", "carol@a.example", "lunch").code, 275);
    ASSERT_TRUE(comes(a_, "carol@a.example", 1)) << "one does not wait for the other";
    EXPECT_EQ(a_.index("carol@a.example")[0].subject, "lunch");
    EXPECT_EQ(jobs(a_), 1u);
    EXPECT_TRUE(a_.index("carol@a.example", "/JUNK").empty());
    std::ofstream(gate) << "open";
    ASSERT_TRUE(comes(a_, "carol@a.example", 1, "/JUNK"));
    ASSERT_TRUE(loop_.run_until([&] { return jobs(a_) == 0; }));
}

TEST_F(Ruling, AProgramThatFailsIsLoggedAndLosesNothing) {
    programs_.add("broken", "exit 3");
    Rule rejecting = asking("broken");
    rejecting.reject = "";
    ASSERT_EQ(add(a_, "carol@a.example", rejecting), 0);
    EXPECT_EQ(send(a_, "alice@a.example", "carol@a.example").code, 275);
    ASSERT_TRUE(comes(a_, "carol@a.example", 1));
    ASSERT_TRUE(loop_.run_until([&] {
        return std::ranges::count(a_.log,
                                  "rule program broken: it ended with status 3; its rule does not hold") == 1;
    }));
    std::filesystem::remove(programs_.path() / "broken");
    EXPECT_EQ(send(a_, "alice@a.example", "carol@a.example", "again").code, 275);
    ASSERT_TRUE(comes(a_, "carol@a.example", 2));
}

TEST_F(Ruling, ARejectionBehindAProgramIsABounceToHereAndElsewhere) {
    raise_links();
    programs_.add("spam", "exit 0");
    Rule rejecting = asking("spam");
    rejecting.reject = "It smells";
    ASSERT_EQ(add(b_, "bob@b.example", rejecting), 0);
    EXPECT_EQ(send(b_, "dave@b.example", "bob@b.example").code, 275);
    ASSERT_TRUE(comes(b_, "dave@b.example", 1));
    send(a_, "alice@a.example", "bob@b.example");
    ASSERT_TRUE(comes(a_, "alice@a.example", 1));
    const auto bounced = a_.index("alice@a.example")[0];
    EXPECT_EQ(bounced.from, "mailer-daemon@b.example");
    EXPECT_TRUE(bounced.subject.starts_with("Undelivered: bob@b.example"));
    EXPECT_NE(a_.fetch("alice@a.example", bounced.id, FetchForm::part, "notice.txt").find("It smells"),
              std::string::npos);
    EXPECT_TRUE(b_.index("bob@b.example").empty());
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0 && b_.outbox_rows() == 0; }));
    const auto usage = b_.ask(*b_.node->make_desk(), AskQuota{"bob@b.example"});
    EXPECT_EQ(std::get<QuotaStatus>(*usage).used_bytes, 0u) << "nothing of it is kept";
}

TEST_F(Ruling, WhatWaitsIsAskedAgainAfterARestart) {
    programs_.add("slow", "echo x >> " + (programs_.path() / "started").string() + "; exec sleep 1000");
    Rule junk = asking("slow");
    junk.file = "/JUNK";
    ASSERT_EQ(add(a_, "carol@a.example", junk), 0);
    EXPECT_EQ(send(a_, "alice@a.example", "carol@a.example").code, 275);
    ASSERT_TRUE(loop_.run_until([&] {
        loop_.post([] {});
        return !programs_.read("started").empty();
    }));
    programs_.add("slow", "exit 0");
    a_.restart();
    ASSERT_TRUE(comes(a_, "carol@a.example", 1, "/JUNK"));
    EXPECT_TRUE(a_.index("carol@a.example").empty());
    EXPECT_EQ(jobs(a_), 0u);
}

TEST_F(Ruling, RulesAreThoseOfTheProgramsEnd) {
    const std::string gate = (programs_.path() / "gate").string();
    programs_.add("check", "while [ ! -e " + gate + " ]; do sleep 0.05; done");
    Rule junk = asking("check");
    junk.file = "/JUNK";
    ASSERT_EQ(add(a_, "carol@a.example", junk), 0);
    send(a_, "alice@a.example", "carol@a.example");
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(), DropRule{"carol@a.example", "check"}));
    std::ofstream(gate) << "open";
    ASSERT_TRUE(comes(a_, "carol@a.example", 1)) << "a rule that is gone files nothing";
}

TEST_F(Ruling, SeveralProgramsAreAskedInTheirOrder) {
    const std::string out = (programs_.path() / "out").string();
    programs_.add("first", "echo \"first $IMMP_RULE $IMMP_FROM $IMMP_RECIPIENT\" >> " + out);
    programs_.add("second", "echo second >> " + out + "; exit 1");
    for (const char* name : {"first", "second"}) {
        Rule marking = asking(name);
        marking.flagged = std::string(name) == "first";
        marking.read = !marking.flagged;
        ASSERT_EQ(add(a_, "carol@a.example", marking), 0);
    }
    send(a_, "alice@a.example", "carol+tag@a.example");
    ASSERT_TRUE(comes(a_, "carol@a.example", 1));
    EXPECT_EQ(programs_.read("out"), "first first alice@a.example carol+tag@a.example\nsecond\n");
    EXPECT_EQ(a_.index("carol@a.example")[0].flags, (std::vector<std::string>{"flagged"}));
}

TEST_F(Ruling, WhatWaitsIsBoundedAndCounts) {
    programs_.add("slow", "exec sleep 1000");
    Rule junk = asking("slow");
    junk.file = "/JUNK";
    ASSERT_EQ(add(a_, "carol@a.example", junk), 0);
    send(a_, "alice@a.example", "carol@a.example");
    const auto usage = a_.ask(*a_.node->make_desk(), AskQuota{"carol@a.example"});
    EXPECT_EQ(std::get<QuotaStatus>(*usage).used_bytes, 1'024u + 4);
    const auto code = a_.in_store<int>([&](Transaction& transaction) -> Result<int> {
        const DropContext context{"a.example", armor::random_uuid, loop_.now(), 0, std::make_shared<Bell>()};
        for (std::uint64_t count = 1; count <= kMaxRuleJobs; ++count) {
            Message more;
            more.envelope.id = armor::random_uuid();
            more.envelope.from = "alice@a.example";
            more.envelope.to = {"carol@a.example"};
            MailDrop drop(transaction, more, context);
            auto dropped = drop.drop(*parse_imid("carol@a.example"));
            if (!dropped) return std::unexpected(dropped.error());
            if (dropped->code != 275) {
                EXPECT_EQ(count, kMaxRuleJobs);
                EXPECT_TRUE(dropped->retry);
                return dropped->code;
            }
        }
        return 0;
    });
    EXPECT_EQ(code.value(), 705);
}

}  // namespace
}  // namespace immp::bridge
