// Shared mailboxes on whole nodes: who may do what, whose read state, who wrote, and how rights end.
#include "bridge/node/sharing.hpp"

#include "tests/node/house.hpp"
#include "tests/node/watcher.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

const std::string kDesk = "helpdesk@a.example";

/// alice owns helpdesk@; carol has what a test gives her; erin is a stranger.
class Sharing : public TwoDomains {
  protected:
    Sharing() {
        a_.add_account("erin@a.example");
        EXPECT_TRUE(a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
            auto made = transaction.shares().add_mailbox(kDesk, loop_.now());
            if (!made) return std::unexpected(std::move(made.error()));
            return add_owner(transaction, kDesk, kAlice);
        }));
    }
    Answer ask(Request request) { return a_.ask(*a_.node->make_desk(), std::move(request)); }
    static int code_of(const Answer& answer) { return answer ? 0 : answer.error().code; }
    int share(const std::string& by, const std::string& member, const char* rights,
              const std::string& owner = kDesk, const std::string& path = "") {
        return code_of(
            ask(ShareMailbox{by, by == owner ? "" : owner, path, member, parse_rights(rights).value()}));
    }
    int give(const char* rights) { return share(kAlice, kCarol, rights); }
    /// Mail from bob@b.example's side would need a link; a local one is filed the same way.
    std::string send(const std::string& to, const std::string& subject = "help") {
        const auto answer = a_.submit(mail("erin@a.example", {to}, subject), {"text"});
        EXPECT_TRUE(answer);
        const auto& submitted = std::get<Submitted>(*answer);
        EXPECT_EQ(submitted.outcomes.front().code, 275) << to;
        return submitted.id;
    }
    Answer check(const std::string& who, const std::string& path = "/INBOX") {
        return ask(CheckMailbox{who, path, "*", {}, false, kDesk});
    }
    std::string counts(const std::string& who, const std::string& path = "/INBOX") {
        const auto answer = check(who, path);
        if (!answer) return std::to_string(answer.error().code);
        const FolderStatus& status = std::get<MailboxStatus>(*answer).front();
        return status.path + " " + std::to_string(status.unread) + "/" + std::to_string(status.total);
    }
    FetchMessage fetch(const std::string& who, const std::string& uuid, const std::string& path = "/INBOX") {
        FetchMessage request{who, path, uuid, FetchForm::json};
        request.owner = kDesk;
        return request;
    }
    std::string text_of(const Answer& answer) {
        if (!answer) return std::to_string(answer.error().code);
        std::string text;
        const auto source = std::get<Fetched>(*answer).source;
        const auto desk = a_.node->make_desk();
        while (text.size() < source->length()) {
            std::optional<Result<std::string>> piece;
            desk->pull(source, [&](auto octets) { piece.emplace(std::move(octets)); });
            if (!loop_.run_until([&] { return piece.has_value(); }) || !*piece) return "cut";
            text += **piece;
        }
        return text;
    }
    int write_as(const std::string& who, const std::string& from, const std::string& to,
                 std::string* id = nullptr) {
        Submit submit = mail(who, {to}, "in its name");
        submit.from = from;
        const auto answer = a_.submit(std::move(submit), {"text"});
        if (!answer) return answer.error().code;
        if (id) *id = std::get<Submitted>(*answer).id;
        return std::get<Submitted>(*answer).outcomes.front().code;
    }
};

TEST_F(Sharing, AStrangerIsTold404ForEverything) {
    const std::string id = send(kDesk);
    const std::string erin = "erin@a.example";
    for (const std::string& owner : {kDesk, std::string("nobody@a.example"), std::string(kAlice),
                                     std::string("x@b.example"), std::string("helpdesk/alice@a.example")}) {
        Request requests[] = {
            CheckMailbox{erin, "/INBOX", "*", {}, false, owner},
            IndexMailbox{erin, "/INBOX", {}, 10, "", owner},
            FetchMessage{erin, "/INBOX", id, FetchForm::json, "", true, false, Compression::none, owner},
            FetchMessage{erin, "/INBOX", id, FetchForm::json, "", true, true, Compression::none, owner},
            CreateFolder{erin, "/x", owner},
            RenameFolder{erin, "/SEATS", "/y", owner},
            DropFolder{erin, "/SEATS", owner},
            ListFolders{erin, "", owner},
            ListFolders{erin, "/INBOX", owner},
            PlaceMessage{Placing::move, erin, "/INBOX", id, "/INBOX", owner, ""},
            PlaceMessage{Placing::copy, erin, "/SENT", id, "/INBOX", "", owner},
            FlagMessage{erin, "/INBOX", id, true, {}, owner},
            RemoveMessage{erin, "/INBOX", id, owner},
            AskQuota{erin, owner},
            WatchFolder{1, erin, "/INBOX", owner},
            ShareMailbox{erin, owner, "", erin, Rights::all()},
            ShareMailbox{erin, owner, "", erin, {}},
            ListShares{erin, owner, ""},
        };
        for (Request& request : requests) {
            const std::size_t kind = request.index();
            EXPECT_EQ(code_of(ask(std::move(request))), 404) << owner << " " << kind;
        }
        EXPECT_EQ(write_as(erin, owner, kCarol), 403) << owner;
    }
}

TEST_F(Sharing, EachRightLetsDoWhatItSays) {
    const std::string id = send(kDesk);
    ASSERT_EQ(give("READ"), 0);
    EXPECT_EQ(counts(kCarol), "helpdesk@a.example/INBOX 1/1");
    EXPECT_EQ(code_of(ask(FlagMessage{kCarol, "/INBOX", id, true, {}, kDesk})), 0);
    EXPECT_EQ(code_of(ask(FlagMessage{kCarol, "/INBOX", id, {}, true, kDesk})), 403);
    EXPECT_EQ(code_of(ask(RemoveMessage{kCarol, "/INBOX", id, kDesk})), 403);
    EXPECT_EQ(code_of(ask(CreateFolder{kCarol, "/x", kDesk})), 403);
    EXPECT_EQ(code_of(ask(PlaceMessage{Placing::move, kCarol, "/INBOX", id, "/INBOX", kDesk, ""})), 403);
    EXPECT_EQ(code_of(ask(PlaceMessage{Placing::copy, kCarol, "/INBOX", id, "/INBOX", kDesk, ""})), 0);
    auto taking = fetch(kCarol, id);
    taking.remove = true;
    EXPECT_EQ(code_of(ask(taking)), 403);
    EXPECT_EQ(write_as(kCarol, kDesk, "erin@a.example"), 403);
    EXPECT_EQ(share(kCarol, "erin@a.example", "READ"), 403);
    EXPECT_EQ(code_of(ask(ListShares{kCarol, kDesk, ""})), 403);
    ASSERT_EQ(give("WRITE"), 0);
    EXPECT_EQ(code_of(ask(FlagMessage{kCarol, "/INBOX", id, {}, true, kDesk})), 0);
    const auto made = ask(CreateFolder{kCarol, "/INBOX/x", kDesk});
    EXPECT_EQ(std::get<FolderPath>(*made).path, "helpdesk@a.example/INBOX/x");
    const auto removed = ask(RemoveMessage{kCarol, "/INBOX", id, kDesk});
    EXPECT_EQ(std::get<Removed>(*removed).to, "helpdesk@a.example/TRASH");
    EXPECT_EQ(write_as(kCarol, kDesk, "erin@a.example"), 403);
    ASSERT_EQ(give("SEND"), 0);
    EXPECT_EQ(write_as(kCarol, kDesk, "erin@a.example"), 275);
    EXPECT_EQ(code_of(ask(DropFolder{kCarol, "/INBOX/x", kDesk})), 403) << "WRITE was replaced";
    ASSERT_EQ(give("OWN"), 0);
    EXPECT_EQ(share(kCarol, "erin@a.example", "READ"), 0);
    const auto shares = ask(ListShares{kCarol, kDesk, ""});
    EXPECT_EQ(std::get<ShareList>(*shares).size(), 3u);
}

TEST_F(Sharing, RightsThatAreNoneAreRefused) {
    EXPECT_EQ(share(kAlice, "nobody@a.example", "READ"), 404);
    EXPECT_EQ(share(kAlice, "bob@b.example", "READ"), 404);
    EXPECT_EQ(share(kAlice, kDesk, "READ"), 404) << "a shared mailbox is no member";
    EXPECT_EQ(share(kAlice, kAlice, "READ", kAlice), 400) << "it is her own";
    EXPECT_EQ(share(kAlice, kCarol, "OWN", kAlice), 400);
    EXPECT_EQ(share(kAlice, kCarol, "SEND", kAlice, "/INBOX"), 400);
    EXPECT_EQ(share(kAlice, kCarol, "OWN", kDesk, "/INBOX"), 400);
    EXPECT_EQ(share(kAlice, kCarol, "READ", kDesk, "/none"), 404);
    EXPECT_EQ(give("NONE"), 404);
    EXPECT_EQ(share(kAlice, kAlice, "NONE"), 403) << "the last owner";
    EXPECT_EQ(share(kAlice, kAlice, "WRITE"), 403);
    ASSERT_EQ(give("OWN"), 0);
    EXPECT_EQ(share(kAlice, kAlice, "NONE"), 0) << "there is another";
    EXPECT_EQ(counts(kAlice), "404");
    EXPECT_EQ(share(kCarol, kCarol, "NONE"), 403);
}

TEST_F(Sharing, AnOwnFolderIsSharedWithAllBelowIt) {
    ASSERT_EQ(code_of(ask(CreateFolder{kAlice, "/Team"})), 0);
    ASSERT_EQ(code_of(ask(CreateFolder{kAlice, "/Team/a"})), 0);
    ASSERT_EQ(code_of(ask(CreateFolder{kAlice, "/Teams"})), 0);
    ASSERT_EQ(share(kAlice, kCarol, "WRITE", kAlice, "/team"), 0);
    const auto status = [&](const std::string& path) {
        return code_of(ask(CheckMailbox{kCarol, path, "*", {}, false, kAlice}));
    };
    EXPECT_EQ(status("/TEAM"), 0);
    EXPECT_EQ(status("/Team/A"), 0);
    EXPECT_EQ(status("/Teams"), 404);
    EXPECT_EQ(status("/INBOX"), 404);
    const auto listed = ask(ListFolders{kCarol, "", kAlice});
    ASSERT_EQ(std::get<MailboxStatus>(*listed).size(), 2u);
    EXPECT_EQ(std::get<MailboxStatus>(*listed).back().path, "alice@a.example/Team/a");
    EXPECT_EQ(code_of(ask(AskQuota{kCarol, kAlice})), 404);
    EXPECT_EQ(code_of(ask(RenameFolder{kCarol, "/Team", "/Mine", kAlice})), 403);
    EXPECT_EQ(code_of(ask(RenameFolder{kCarol, "/Team/a", "/Mine", kAlice})), 404)
        << "she sees no such place";
    EXPECT_EQ(code_of(ask(DropFolder{kCarol, "/Team", kAlice})), 403) << "that is of the folder above";
    EXPECT_EQ(code_of(ask(RenameFolder{kCarol, "/Team/a", "/Team/b", kAlice})), 0);
    EXPECT_EQ(code_of(ask(DropFolder{kCarol, "/Team/b", kAlice})), 0);
    const auto held = ask(ListHeldShares{kCarol});
    ASSERT_EQ(std::get<ShareList>(*held).size(), 1u);
    EXPECT_EQ(std::get<ShareList>(*held).front().name, "alice@a.example/Team");
    EXPECT_EQ(share(kAlice, kCarol, "NONE", kAlice, "/Team"), 0);
    EXPECT_EQ(status("/Team"), 404);
}

TEST_F(Sharing, EachMemberHasAReadStateOfHisOwn) {
    const std::string id = send(kDesk);
    ASSERT_EQ(give("READ"), 0);
    EXPECT_NE(text_of(ask(fetch(kCarol, id))).find("\"subject\":\"help\""), std::string::npos);
    EXPECT_EQ(counts(kCarol), "helpdesk@a.example/INBOX 0/1");
    EXPECT_EQ(counts(kAlice), "helpdesk@a.example/INBOX 1/1");
    const auto page = ask(IndexMailbox{kCarol, "/INBOX", {}, 10, "", kDesk});
    EXPECT_EQ(std::get<IndexPage>(*page).entries.front().flags, (std::vector<std::string>{"read"}));
    EXPECT_EQ(std::get<IndexPage>(*page).entries.front().mailbox, "helpdesk@a.example/INBOX");
    const auto flags = ask(FlagMessage{kCarol, "/INBOX", id, false, {}, kDesk});
    EXPECT_TRUE(std::get<MessageFlags>(*flags).flags.empty());
    EXPECT_EQ(counts(kCarol), "helpdesk@a.example/INBOX 1/1");
}

TEST_F(Sharing, MessagesGoBetweenMailboxesAndCountForTheirOwner) {
    const std::string id = send(kDesk);
    ASSERT_EQ(give("WRITE"), 0);
    ASSERT_TRUE(ask(FlagMessage{kCarol, "/INBOX", id, true, true, kDesk}));
    const auto moved = ask(PlaceMessage{Placing::move, kCarol, "/INBOX", id, "/INBOX", kDesk, ""});
    ASSERT_TRUE(moved) << moved.error().text;
    EXPECT_EQ(std::get<FolderPath>(*moved).path, "/INBOX");
    EXPECT_EQ(counts(kAlice), "helpdesk@a.example/INBOX 0/0");
    ASSERT_EQ(a_.index(kCarol).size(), 1u);
    EXPECT_EQ(a_.index(kCarol).front().flags, (std::vector<std::string>{"read", "flagged"}));
    const auto used = [&](const std::string& owner) {
        return std::get<QuotaStatus>(*ask(AskQuota{kCarol, owner})).used_bytes;
    };
    EXPECT_EQ(used(kDesk), 0u);
    EXPECT_EQ(used(""), kMessageOverheadBytes + 4);
    ASSERT_TRUE(a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
        auto set = transaction.quotas().set_limit(transaction.accounts().find(kDesk)->value(), 100);
        if (!set) return std::unexpected(std::move(set.error()));
        return Done{};
    }));
    const PlaceMessage back{Placing::copy, kCarol, "/INBOX", id, "/DRAFTS", "", kDesk};
    const auto full = ask(back);
    EXPECT_EQ(code_of(full), 441);
    EXPECT_EQ(full.error().retry, 3600s);
    EXPECT_EQ(a_.index(kCarol).size(), 1u);
    ASSERT_TRUE(a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
        auto set = transaction.quotas().set_limit(transaction.accounts().find(kDesk)->value(), std::nullopt);
        if (!set) return std::unexpected(std::move(set.error()));
        return Done{};
    }));
    EXPECT_EQ(code_of(ask(back)), 0);
    EXPECT_EQ(code_of(ask(back)), 0) << "it is there: nothing changes";
    EXPECT_EQ(counts(kCarol, "/DRAFTS"), "helpdesk@a.example/DRAFTS 0/1") << "read for who brought it";
    EXPECT_EQ(counts(kAlice, "/DRAFTS"), "helpdesk@a.example/DRAFTS 1/1");
    EXPECT_EQ(used(kDesk), kMessageOverheadBytes + 4);
}

TEST_F(Sharing, MailGoesToTheMailboxToItsFoldersAndToSeats) {
    ASSERT_EQ(give("READ"), 0);
    ASSERT_EQ(code_of(ask(CreateFolder{kAlice, "/INBOX/lists", kDesk})), 0);
    ASSERT_EQ(code_of(ask(CreateFolder{kAlice, "/SEATS/carol/vip", kDesk})), 0);
    send("helpdesk+lists@a.example");
    send("helpdesk/carol@a.example");
    send("helpdesk/carol+vip@a.example");
    send("helpdesk/carol+none@a.example");
    EXPECT_EQ(counts(kAlice, "/INBOX/lists"), "helpdesk@a.example/INBOX/lists 1/1");
    EXPECT_EQ(counts(kAlice, "/SEATS/carol"), "helpdesk@a.example/SEATS/carol 2/2");
    EXPECT_EQ(counts(kCarol, "/SEATS/carol/vip"), "helpdesk@a.example/SEATS/carol/vip 1/1");
    const auto seat = ask(CheckMailbox{kCarol, "/inbox", "*", {}, true, "helpdesk/carol@a.example"});
    ASSERT_EQ(std::get<MailboxStatus>(*seat).size(), 2u);
    EXPECT_EQ(std::get<MailboxStatus>(*seat).front().path, "helpdesk@a.example/SEATS/carol");
    EXPECT_EQ(code_of(ask(CheckMailbox{kCarol, "/SENT", "*", {}, false, "helpdesk/carol@a.example"})), 404);
    const auto refused = [&](const std::string& to) {
        const auto answer = a_.submit(mail("erin@a.example", {to}, "x"), {"text"});
        return std::get<Submitted>(*answer).outcomes.front().code;
    };
    EXPECT_EQ(refused("helpdesk/erin@a.example"), 451) << "no member";
    EXPECT_EQ(refused("helpdesk/nobody@a.example"), 451);
    EXPECT_EQ(refused("helpdesk/carol/x@a.example"), 451);
    EXPECT_EQ(refused("alice/carol@a.example"), 451) << "an account has no seats";
    ASSERT_EQ(code_of(ask(RenameFolder{kAlice, "/SEATS/carol", "/INBOX/carol", kDesk})), 0);
    send("helpdesk/carol@a.example");
    EXPECT_EQ(counts(kAlice), "helpdesk@a.example/INBOX 1/1") << "her folder is not there";
    ASSERT_EQ(give("NONE"), 0);
    EXPECT_EQ(refused("helpdesk/carol@a.example"), 451) << "no member any more";
}

TEST_F(Sharing, WhoWroteInItsNameIsKnownToMembersAndToNobodyElse) {
    ASSERT_EQ(give("SEND"), 0);
    raise_links();
    std::string id;
    ASSERT_EQ(write_as(kCarol, kDesk, "bob@b.example", &id), 273);
    const std::string copy = text_of(ask(fetch(kAlice, id, "/SENT")));
    EXPECT_NE(copy.find("\"from\":\"helpdesk@a.example\",\"sender\":\"carol@a.example\""), std::string::npos)
        << copy;
    auto mime = fetch(kAlice, id, "/SENT");
    mime.form = FetchForm::mime;
    EXPECT_NE(text_of(ask(mime)).find("\r\nSender: carol@a.example\r\n"), std::string::npos);
    EXPECT_EQ(counts(kCarol, "/SENT"), "helpdesk@a.example/SENT 0/1") << "read by who wrote it";
    EXPECT_EQ(counts(kAlice, "/SENT"), "helpdesk@a.example/SENT 0/1") << "she fetched it";
    EXPECT_TRUE(a_.index(kCarol, "/SENT").empty()) << "it is not hers";
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; }));
    ASSERT_EQ(b_.index("bob@b.example").size(), 1u);
    EXPECT_EQ(b_.index("bob@b.example").front().from, kDesk);
    const std::string there = b_.fetch("bob@b.example", id, FetchForm::json);
    EXPECT_EQ(there.find("carol"), std::string::npos) << there;
    // And back.
    ASSERT_TRUE(b_.submit(mail("bob@b.example", {kDesk}, "Re: in its name"), {"thanks"}));
    ASSERT_TRUE(loop_.run_until([&] { return b_.outbox_rows() == 0; }));
    EXPECT_EQ(counts(kAlice), "helpdesk@a.example/INBOX 1/1");

    ASSERT_EQ(write_as(kCarol, kDesk, "erin@a.example", &id), 275);
    EXPECT_EQ(a_.fetch("erin@a.example", id, FetchForm::json).find("carol"), std::string::npos);
    ASSERT_TRUE(ask(PlaceMessage{Placing::copy, kAlice, "/SENT", id, "/INBOX", kDesk, ""}));
    EXPECT_EQ(a_.fetch(kAlice, id, FetchForm::json).find("carol"), std::string::npos) << "hers may be shared";
}

TEST_F(Sharing, NamesThatOneMayWriteAs) {
    ASSERT_EQ(give("SEND"), 0);
    const auto from = [&](const std::string& name, const std::string& who = kCarol) {
        std::string id;
        if (const int code = write_as(who, name, "erin@a.example", &id); code != 275)
            return std::to_string(code);
        return a_.index("erin@a.example").front().from;
    };
    EXPECT_EQ(from("carol+lists@a.example"), "carol+lists@a.example");
    EXPECT_EQ(from("helpdesk/carol@a.example"), "helpdesk/carol@a.example");
    EXPECT_EQ(from("helpdesk+vip@a.example"), "helpdesk+vip@a.example");
    EXPECT_EQ(from("helpdesk/alice@a.example"), "403") << "another's seat";
    EXPECT_EQ(from("helpdesk/carol/x@a.example"), "403");
    EXPECT_EQ(from("helpdesk@b.example"), "403");
    EXPECT_EQ(from("alice@a.example"), "403");
    ASSERT_EQ(share(kAlice, kCarol, "SEND", kAlice), 0);
    EXPECT_EQ(from("alice@a.example"), "alice@a.example");
    EXPECT_EQ(from("alice/carol@a.example"), "403") << "an account has no seats";
    ASSERT_EQ(give("WRITE"), 0);
    EXPECT_EQ(from("helpdesk/carol@a.example"), "403");
}

TEST_F(Sharing, NothingGoesInItsNameWithoutTheRecord) {
    ASSERT_TRUE(a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
        auto set = transaction.quotas().set_limit(transaction.accounts().find(kDesk)->value(), 100);
        if (!set) return std::unexpected(std::move(set.error()));
        return Done{};
    }));
    EXPECT_EQ(write_as(kAlice, kDesk, "erin@a.example"), 441);
    EXPECT_TRUE(a_.index("erin@a.example").empty());
}

TEST_F(Sharing, ABounceComesToTheMailboxInWhoseNameItWas) {
    raise_links();
    ASSERT_EQ(write_as(kAlice, kDesk, "nobody@b.example"), 273);
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; }));
    EXPECT_EQ(counts(kAlice), "helpdesk@a.example/INBOX 1/1");
    EXPECT_TRUE(a_.index(kAlice).empty());
}

TEST_F(Sharing, AccessEndsWithTheRightInWatchesAndLeasesToo) {
    const std::string id = send(kDesk);
    ASSERT_EQ(give("WRITE"), 0);
    Watcher watcher(a_, kCarol, kDesk);
    const std::optional<Answer>& told = watcher.answer;
    watcher.ask();
    ASSERT_TRUE(loop_.run_until([&] { return told.has_value(); }));
    EXPECT_EQ(std::get<MailboxStatus>(**told).front().path, "helpdesk@a.example/INBOX");
    EXPECT_EQ(std::get<MailboxStatus>(**told).front().unread, 1u);
    watcher.ask();
    ASSERT_TRUE(ask(FlagMessage{kCarol, "/INBOX", id, true, {}, kDesk})) << "her other session reads it";
    ASSERT_TRUE(loop_.run_until([&] { return told.has_value(); }));
    EXPECT_EQ(std::get<MailboxStatus>(**told).front().unread, 0u);
    auto taking = fetch(kCarol, id);
    taking.remove = true;
    const auto taken = ask(taking);
    ASSERT_TRUE(taken);
    const std::string lease = std::get<Fetched>(*taken).lease;
    EXPECT_EQ(code_of(ask(CommitLease{kAlice, lease})), 410) << "it is carol's";
    watcher.ask();
    ASSERT_TRUE(loop_.run_until([&] { return told.has_value(); })) << "the message is gone";
    watcher.ask();
    ASSERT_EQ(give("NONE"), 0);
    ASSERT_TRUE(loop_.run_until([&] { return told.has_value(); }));
    EXPECT_EQ(code_of(*told), 404);
    EXPECT_EQ(code_of(ask(CommitLease{kCarol, lease})), 410);
    EXPECT_EQ(counts(kCarol), "404");
    EXPECT_TRUE(loop_.advance_until(10s, [&] { return counts(kAlice) == "helpdesk@a.example/INBOX 1/1"; }))
        << "it lies again where it lay";
}

TEST_F(Sharing, ACommitWithTheRightIsDoneAndStaysDone) {
    const std::string id = send(kDesk);
    ASSERT_EQ(give("WRITE"), 0);
    auto taking = fetch(kCarol, id);
    taking.remove = true;
    const std::string lease = std::get<Fetched>(*ask(taking)).lease;
    EXPECT_EQ(code_of(ask(CommitLease{kCarol, lease})), 0);
    ASSERT_EQ(give("NONE"), 0);
    EXPECT_EQ(code_of(ask(CommitLease{kCarol, lease})), 0) << "nothing more is removed by it";
    EXPECT_EQ(std::get<QuotaStatus>(*ask(AskQuota{kAlice, kDesk})).used_bytes, 0u);
}

TEST_F(Sharing, ARemovedMailboxOrAccountEndsAllOfIt) {
    ASSERT_EQ(give("READ"), 0);
    Watcher watcher(a_, kCarol, kDesk);
    const std::optional<Answer>& told = watcher.answer;
    watcher.ask();
    ASSERT_TRUE(loop_.run_until([&] { return told.has_value(); }));
    watcher.ask();
    ASSERT_TRUE(a_.in_store<Done>([](Transaction& transaction) -> Result<Done> {
        auto removed = transaction.shares().remove_mailbox(kDesk);
        if (!removed) return std::unexpected(std::move(removed.error()));
        return Done{};
    }));
    ASSERT_TRUE(loop_.run_until([&] { return told.has_value(); }));
    EXPECT_EQ(code_of(*told), 404);
    EXPECT_EQ(counts(kCarol), "404");
    EXPECT_EQ(write_as(kAlice, kDesk, "erin@a.example"), 403);
    EXPECT_TRUE(std::get<ShareList>(*ask(ListHeldShares{kCarol})).empty());
}

}  // namespace
}  // namespace immp::bridge
