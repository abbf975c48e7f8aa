// What a user does to his mailbox, on whole nodes: TRASH, tags, quotas, leases, watches.
#include "tests/node/house.hpp"
#include "tests/node/watcher.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

class Mailbox : public TwoDomains {
  protected:
    Answer ask(House& house, Request request) {
        return house.ask(*house.node->make_desk(), std::move(request));
    }
    Answer ask(Request request) { return ask(a_, std::move(request)); }
    static int code_of(const Answer& answer) { return answer ? 0 : answer.error().code; }
    void create(House& house, const std::string& account, const std::string& path) {
        EXPECT_EQ(code_of(ask(house, CreateFolder{account, path})), 0) << path;
    }
    /// The subjects in a folder, newest first.
    std::vector<std::string> subjects(House& house, const std::string& account, const std::string& folder) {
        std::vector<std::string> found;
        for (const IndexEntry& entry : house.index(account, folder))
            found.push_back(entry.subject);
        return found;
    }
    /// Sends to carol; the message's id.
    std::string send(const std::string& subject, const std::string& to = "carol@a.example",
                     const std::string& text = "text") {
        const auto answer = a_.submit(mail("alice@a.example", {to}, subject), {text});
        EXPECT_TRUE(answer) << answer.error().text;
        return answer ? std::get<Submitted>(*answer).id : "";
    }
    void limit(House& house, const std::string& name, std::uint64_t bytes) {
        ASSERT_TRUE(house.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
            const auto account = transaction.accounts().find(name);
            if (!account || !*account) return fail(404, "No such account");
            auto set = transaction.quotas().set_limit(**account, bytes);
            if (!set) return std::unexpected(std::move(set.error()));
            return Done{};
        }));
    }
    std::uint64_t used(House& house, const std::string& name) {
        const auto answer = ask(house, AskQuota{name});
        EXPECT_TRUE(answer);
        return std::get<QuotaStatus>(*answer).used_bytes;
    }
    Answer take(const std::string& uuid) {
        return ask(FetchMessage{"carol@a.example", "/INBOX", uuid, FetchForm::part, "body", true, true});
    }

    const std::string carol_ = "carol@a.example";
};

using Subjects = std::vector<std::string>;

TEST_F(Mailbox, RemovingGoesThroughTrashUnlessItLiesElsewhere) {
    const std::string id = send("one");
    create(a_, carol_, "/kept");
    ASSERT_TRUE(ask(PlaceMessage{Placing::copy, carol_, "/inbox", id, "/KEPT"}));
    auto removed = ask(RemoveMessage{carol_, "/INBOX", id});
    EXPECT_EQ(std::get<Removed>(*removed).to, "") << "it lies in /kept too";
    removed = ask(RemoveMessage{carol_, "/kept", id});
    EXPECT_EQ(std::get<Removed>(*removed).to, "/TRASH");
    EXPECT_EQ(subjects(a_, carol_, "/TRASH"), (Subjects{"one"}));
    const auto moved = ask(PlaceMessage{Placing::move, carol_, "/trash", id, "/inbox"});
    EXPECT_EQ(std::get<FolderPath>(*moved).path, "/INBOX");
    EXPECT_EQ(subjects(a_, carol_, "/INBOX"), (Subjects{"one"}));
    ASSERT_TRUE(ask(RemoveMessage{carol_, "/INBOX", id}));
    removed = ask(RemoveMessage{carol_, "/TRASH", id});
    EXPECT_EQ(std::get<Removed>(*removed).to, "");
    EXPECT_TRUE(subjects(a_, carol_, "/TRASH").empty());
    EXPECT_EQ(used(a_, carol_), 0u);
    EXPECT_EQ(code_of(ask(RemoveMessage{carol_, "/TRASH", id})), 404);
    EXPECT_EQ(subjects(a_, "alice@a.example", "/SENT"), (Subjects{"one"})) << "another's is another's";
}

TEST_F(Mailbox, MovingToTheSameFolderChangesNothing) {
    const std::string first = send("first");
    send("second");
    ASSERT_TRUE(ask(PlaceMessage{Placing::move, carol_, "/INBOX", first, "/inbox"}));
    EXPECT_EQ(subjects(a_, carol_, "/INBOX"), (Subjects{"second", "first"}));
    EXPECT_EQ(code_of(ask(PlaceMessage{Placing::move, carol_, "/INBOX", first, "/none"})), 404);
    EXPECT_EQ(code_of(ask(PlaceMessage{Placing::copy, carol_, "/JUNK", first, "/INBOX"})), 404);
}

TEST_F(Mailbox, ADroppedFolderIsInTrashWithItsMail) {
    create(a_, carol_, "/INBOX/lists");
    send("listed", "carol+lists@a.example");
    EXPECT_EQ(subjects(a_, carol_, "/INBOX/lists"), (Subjects{"listed"}));
    auto dropped = ask(DropFolder{carol_, "/INBOX/LISTS"});
    EXPECT_EQ(std::get<Removed>(*dropped).to, "/TRASH/lists");
    EXPECT_EQ(subjects(a_, carol_, "/TRASH/lists"), (Subjects{"listed"}));
    dropped = ask(DropFolder{carol_, "/TRASH/lists"});
    EXPECT_EQ(std::get<Removed>(*dropped).to, "");
    EXPECT_EQ(code_of(ask(IndexMailbox{carol_, "/TRASH/lists", {}, 10, ""})), 404);
    EXPECT_TRUE(loop_.advance_until(1s, [&] { return used(a_, carol_) == 0; })) << "housekeeping sweeps it";
}

TEST_F(Mailbox, ATagFindsItsFolderWhereverTheMailComesFrom) {
    raise_links();
    create(b_, "bob@b.example", "/INBOX/Straße");
    create(b_, "bob@b.example", "/INBOX/junk");
    create(a_, carol_, "/INBOX/Lists");
    create(a_, carol_, "/INBOX/Lists/Sub");
    const std::vector<std::string> to = {"bob+STRASSE@b.example", "bob+none@b.example", "bob+junk@b.example",
                                         "carol+LISTS@a.example"};
    const auto answer = a_.submit(mail("alice@a.example", to, "tagged"), {"text"});
    ASSERT_TRUE(answer);
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; }));
    EXPECT_EQ(subjects(b_, "bob@b.example", "/INBOX/strasse"), (Subjects{"tagged"}));
    EXPECT_EQ(subjects(b_, "bob@b.example", "/INBOX"), (Subjects{"tagged"})) << "for +none and +junk";
    EXPECT_TRUE(subjects(b_, "bob@b.example", "/INBOX/junk").empty()) << "a default folder's name";
    EXPECT_EQ(subjects(a_, carol_, "/INBOX/lists"), (Subjects{"tagged"}));
    const auto& outcome = std::get<Submitted>(*answer).outcomes[3];
    EXPECT_EQ(outcome.recipient + " " + outcome.text, "carol+LISTS@a.example Delivered");
    send("nested", "carol+lists/sub@a.example");
    send("nowhere", "carol+lists/none@a.example");
    EXPECT_EQ(subjects(a_, carol_, "/INBOX/lists/sub"), (Subjects{"nested"}));
    EXPECT_EQ(subjects(a_, carol_, "/INBOX"), (Subjects{"nowhere"}));
}

TEST_F(Mailbox, AFullMailboxIsTemporaryForALocalSender) {
    const std::uint64_t one = kMessageOverheadBytes + 4;
    limit(a_, carol_, 2 * one);
    const std::string first = send("first");
    send("second");
    const auto refused = a_.submit(mail("alice@a.example", {carol_, "alice@a.example"}, "third"), {"text"});
    ASSERT_TRUE(refused);
    const auto& outcomes = std::get<Submitted>(*refused).outcomes;
    EXPECT_EQ(outcomes[0].code, 441);
    EXPECT_EQ(outcomes[0].retry, 3600s);
    EXPECT_EQ(outcomes[1].code, 275);
    EXPECT_EQ(used(a_, carol_), 2 * one);
    ASSERT_TRUE(ask(RemoveMessage{carol_, "/INBOX", first}));
    EXPECT_EQ(used(a_, carol_), 2 * one) << "TRASH counts";
    ASSERT_TRUE(ask(RemoveMessage{carol_, "/TRASH", first}));
    send("fourth");
    EXPECT_EQ(subjects(a_, carol_, "/INBOX"), (Subjects{"fourth", "second"}));
}

TEST_F(Mailbox, AFullMailboxPutsTheMailOfAnotherDomainOff) {
    limit(b_, "bob@b.example", 1);
    raise_links();
    // Long enough to have gone ahead into the store while it was opened.
    ASSERT_TRUE(
        a_.submit(mail("alice@a.example", {"bob@b.example"}, "bigger"), {std::string(3'000'000, 'x')}));
    ASSERT_TRUE(loop_.run_until([&] { return b_.rows("receipts") == 1; }));
    EXPECT_EQ(b_.rows("bodies"), 0u) << "what is refused leaves nothing: it comes again, and again";
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example", "dave@b.example"}, "big"), {"text"}));
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return a_.outbox_rows() == 2; })) << "dave's row ended";
    EXPECT_EQ(b_.index("dave@b.example").size(), 1u);
    EXPECT_TRUE(b_.index("bob@b.example").empty());
    EXPECT_TRUE(a_.index("alice@a.example").empty()) << "no bounce";
    limit(b_, "bob@b.example", 10'000'000);
    ASSERT_TRUE(loop_.advance_until(60s, [&] { return a_.outbox_rows() == 0; }));
    EXPECT_EQ(b_.index("bob@b.example").size(), 2u);
    EXPECT_EQ(b_.index("dave@b.example").size(), 1u);
}

TEST_F(Mailbox, WhoseOwnMailboxIsFullStillWritesAndIsTold) {
    limit(a_, "alice@a.example", 1);
    const auto answer = a_.submit(mail("alice@a.example", {carol_}, "no copy"), {"text"});
    ASSERT_TRUE(answer);
    EXPECT_FALSE(std::get<Submitted>(*answer).copy_kept);
    EXPECT_TRUE(subjects(a_, "alice@a.example", "/SENT").empty());
    EXPECT_EQ(subjects(a_, carol_, "/INBOX"), (Subjects{"no copy"}));
    limit(a_, "alice@a.example", kMessageOverheadBytes + 4);
    const auto kept = a_.submit(mail("alice@a.example", {carol_}, "copy"), {"text"});
    EXPECT_TRUE(std::get<Submitted>(*kept).copy_kept);
}

TEST_F(Mailbox, WhatIsTakenIsHiddenComesBackAndSurvivesARestart) {
    const std::string id = send("taken");
    const auto taken = take(id);
    ASSERT_TRUE(taken);
    const std::string lease = std::get<Fetched>(*taken).lease;
    EXPECT_EQ(lease.size(), 32u);
    EXPECT_EQ(std::get<Fetched>(*taken).ttl, 300s);
    EXPECT_TRUE(subjects(a_, carol_, "/INBOX").empty());
    EXPECT_EQ(code_of(take(id)), 404);
    a_.restart();
    loop_.advance(299s);
    EXPECT_TRUE(subjects(a_, carol_, "/INBOX").empty());
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return !subjects(a_, carol_, "/INBOX").empty(); }));
    EXPECT_EQ(code_of(ask(CommitLease{carol_, lease})), 410);
    EXPECT_EQ(subjects(a_, carol_, "/INBOX"), (Subjects{"taken"}));

    const auto again = take(id);
    ASSERT_TRUE(again);
    const std::string second = std::get<Fetched>(*again).lease;
    EXPECT_NE(second, lease);
    EXPECT_EQ(code_of(ask(CommitLease{"alice@a.example", second})), 410);
    a_.restart();
    EXPECT_EQ(code_of(ask(CommitLease{carol_, second})), 0);
    a_.restart();
    EXPECT_EQ(code_of(ask(CommitLease{carol_, second})), 0) << "again";
    loop_.advance(600s);
    EXPECT_EQ(used(a_, carol_), 0u);
    EXPECT_TRUE(subjects(a_, carol_, "/INBOX").empty());
}

TEST_F(Mailbox, WhatIsBeingReadStaysForItsReaderWhenItIsRemoved) {
    const std::string text(300'000, 'x');
    const std::string id = send("read", carol_, text);
    auto desk = a_.node->make_desk();
    auto fetched = std::get<Fetched>(
        *a_.ask(*desk, FetchMessage{carol_, "/INBOX", id, FetchForm::part, "body", false, false}));
    std::string read = a_.pull(*desk, fetched.source);
    for (const auto& [owner, folder] :
         {std::pair{carol_, "/INBOX"}, {std::string("alice@a.example"), "/SENT"}})
        for (const char* place : {folder, "/TRASH"})
            ASSERT_TRUE(ask(RemoveMessage{owner, place, id}));
    // When another one that nobody needs was swept, this one has been passed over.
    const auto loose = a_.in_store<BodyId>(
        [this](Transaction& transaction) { return transaction.bodies().create(loop_.now()); });
    ASSERT_TRUE(loose);
    loop_.advance(25h);
    ASSERT_TRUE(loop_.advance_until(15s, [&] {
        return !a_.in_store<std::uint64_t>(
            [&](Transaction& transaction) { return transaction.bodies().length(*loose); });
    }));
    read += a_.pull_all(*desk, fetched.source);
    EXPECT_EQ(read, text);
}

TEST_F(Mailbox, AWatchIsToldAtOnceAndThenByEachCommitThatTouchesItsFolder) {
    Watcher watcher(a_, carol_);
    const auto told = [&] { return watcher.answer.has_value(); };
    const auto total = [&] { return std::get<MailboxStatus>(**watcher.answer).front().total; };
    watcher.ask();
    ASSERT_TRUE(loop_.run_until(told));
    EXPECT_EQ(total(), 0u);
    watcher.ask();
    send("elsewhere", "alice@a.example");
    create(a_, carol_, "/other");
    EXPECT_FALSE(told()) << "other folders wake nobody";
    const std::string id = send("here");
    ASSERT_TRUE(loop_.run_until(told));
    EXPECT_EQ(total(), 1u);
    // Many commits between two questions are one answer.
    for (int i = 0; i < 20; ++i)
        send("more");
    watcher.ask();
    ASSERT_TRUE(loop_.run_until(told));
    EXPECT_EQ(total(), 21u);
    watcher.ask();
    static_cast<void>(ask(AskQuota{carol_}));
    EXPECT_FALSE(told());
    ASSERT_TRUE(ask(FlagMessage{carol_, "/INBOX", id, std::nullopt, true}));
    ASSERT_TRUE(loop_.run_until(told)) << "flags wake too";
}

TEST_F(Mailbox, AWatchEndsWithItsFolderItsSessionOrBeingTold) {
    create(a_, carol_, "/INBOX/short");
    Watcher watcher(a_, carol_);
    const auto told = [&] { return watcher.answer.has_value(); };
    watcher.ask("/inbox/SHORT");
    ASSERT_TRUE(loop_.run_until(told));
    watcher.ask();
    ASSERT_TRUE(ask(DropFolder{carol_, "/INBOX/short"}));
    ASSERT_TRUE(loop_.run_until(told));
    EXPECT_EQ(std::get<MailboxStatus>(**watcher.answer).front().path, "/TRASH/short") << "renamed";
    watcher.ask();
    ASSERT_TRUE(ask(DropFolder{carol_, "/TRASH/short"}));
    ASSERT_TRUE(loop_.run_until(told));
    EXPECT_EQ(code_of(*watcher.answer), 404);

    Watcher second(a_, carol_);
    second.ask("/none");
    ASSERT_TRUE(loop_.run_until([&] { return second.answer.has_value(); }));
    EXPECT_EQ(code_of(*second.answer), 404);

    Watcher third(a_, carol_);
    third.ask();
    ASSERT_TRUE(loop_.run_until([&] { return third.answer.has_value(); }));
    third.ask();
    bool is_done = false;
    third.desk->ask(EndWatch{1}, [&](const Answer& done) { is_done = done.has_value(); });
    EXPECT_TRUE(is_done);
    ASSERT_TRUE(third.answer);
    EXPECT_EQ(code_of(*third.answer), 410);

    Watcher fourth(a_, carol_);
    fourth.ask();
    ASSERT_TRUE(loop_.run_until([&] { return fourth.answer.has_value(); }));
    fourth.ask();
    fourth.desk.reset();
    ASSERT_TRUE(fourth.answer) << "a callback is called, also at the end";
    send("after all of them");
}

}  // namespace
}  // namespace immp::bridge
