// Pushes: whom a mailbox lets in, what waits, what is thrown away; within a domain, between two, and from
// strangers with a token.
#include "bridge/mail/metadata.hpp"
#include "bridge/mail/push_token.hpp"
#include "bridge/node/sharing.hpp"
#include "tests/node/house.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

PushMessage push(const std::string& from, const std::string& to) {
    PushMessage made;
    made.who = made.publisher = from;
    made.recipient = *parse_imid(to);
    made.ttl = kPushTime;
    made.part_name = "part-1";
    made.part_type = "text/plain; charset=utf-8";
    return made;
}

PushMessage from_domain(const std::string& from, const std::string& to) {
    PushMessage made = push(from, to);
    made.entry = PushEntry::domain;
    made.who = parse_imid(from)->domain;
    return made;
}

PushMessage from_stranger(const std::string& from, const std::string& to, const std::string& token) {
    PushMessage made = push(from, to);
    made.entry = PushEntry::stranger;
    made.who.clear();
    made.token = token;
    return made;
}

class PushTest : public TwoDomains {
  protected:
    /// The code, of a success too.
    int send(House& house, PushMessage request, const std::string& text = "A disk has failed") {
        auto desk = house.node->make_desk();
        request.delivery = 1;
        desk->part_octets({1, 0, text});
        const Answer answer = house.ask(*desk, std::move(request));
        retry_ = answer ? std::nullopt : answer.error().retry;
        if (!answer) return answer.error().code;
        const auto& pushed = std::get<Pushed>(*answer);
        id_ = pushed.id;
        return pushed.code;
    }
    int judge(House& house, const std::string& account, const std::string& source,
              PushDecision decision = PushDecision::approve) {
        const Answer answer = house.ask(*house.node->make_desk(), JudgePushSource{account, source, decision});
        return answer ? 200 : answer.error().code;
    }
    std::string mint(const std::string& account, const std::string& publisher = "", std::uint32_t uses = 1,
                     std::chrono::seconds ttl = kPushTime) {
        House& house = parse_imid(account)->domain == "a.example" ? a_ : b_;
        const Answer answer = house.ask(*house.node->make_desk(), MintToken{account, publisher, uses, ttl});
        EXPECT_TRUE(answer) << answer.error().text;
        return answer ? std::get<MintedToken>(*answer).token : "";
    }
    /// "name state n text|..."
    std::string sources(House& house, const std::string& account) {
        const Answer answer = house.ask(*house.node->make_desk(), ListPushSources{account});
        EXPECT_TRUE(answer) << answer.error().text;
        std::string all;
        for (const PushSource& source : std::get<PushSourceList>(*answer)) {
            all += source.name;
            if (source.standing)
                all += *source.standing == PushStanding::approved ? " approved|" : " blocked|";
            else
                all += " " + std::to_string(source.waiting) + " " + source.text.value_or("-") + "|";
        }
        return all;
    }
    int answer(House& house, const std::string& account, const std::string& uuid, const std::string& label) {
        const Answer given = house.ask(*house.node->make_desk(), AnswerPush{account, uuid, label});
        if (!given) said_ = given.error().text;
        return given ? std::get<Pushed>(*given).code : given.error().code;
    }
    std::vector<IndexEntry> pushes(House& house, const std::string& account) {
        const Answer answer =
            house.ask(*house.node->make_desk(), IndexMailbox{account, "/PUSH", {}, 1000, ""});
        return answer ? std::get<IndexPage>(*answer).entries : std::vector<IndexEntry>();
    }
    std::string read(House& house, const std::string& account, const std::string& uuid) {
        auto desk = house.node->make_desk();
        const Answer answer =
            house.ask(*desk, FetchMessage{account, "/PUSH", uuid, FetchForm::json, "", false});
        EXPECT_TRUE(answer) << answer.error().text;
        return answer ? house.pull_all(*desk, std::get<Fetched>(*answer).source) : "";
    }
    AccountId id_of(House& house, const std::string& name) {
        return **house.in_store<std::optional<AccountId>>(
            [&](Transaction& transaction) { return transaction.accounts().find(name); });
    }
    std::uint64_t messages(House& house) {
        return *house.in_store<std::uint64_t>([](Transaction& transaction) -> Result<std::uint64_t> {
            std::uint64_t count = 0;
            for (MessageId id = 1; id < 400; ++id)
                if (const auto message = transaction.mailboxes().message(id); message && *message) ++count;
            return count;
        });
    }
    void limit(House& house, const std::string& account, std::optional<std::uint64_t> bytes) {
        const AccountId id = id_of(house, account);
        ASSERT_TRUE(house.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
            auto set = transaction.quotas().set_limit(id, bytes);
            if (!set) return std::unexpected(set.error());
            return Done{};
        }));
    }
    /// What the other domain said last of the one row in the outbox.
    std::string last_error(House& house) {
        return *house.in_store<std::string>([&](Transaction& transaction) -> Result<std::string> {
            const auto rows = transaction.outbox().expired(loop_.now() + 24h, 1);
            return rows && !rows->empty() ? rows->front().last_error : "";
        });
    }
    /// alice and carol may write as helpdesk@a.example.
    void open_helpdesk() {
        ASSERT_TRUE(a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
            const auto made = transaction.shares().add_mailbox("helpdesk@a.example", loop_.now());
            if (!made) return std::unexpected(made.error());
            auto done = add_owner(transaction, "helpdesk@a.example", kAlice);
            if (done) done = add_owner(transaction, "helpdesk@a.example", kCarol);
            return done;
        }));
    }
    void set_policy(const std::string& account, const std::string& value) {
        ASSERT_TRUE(a_.ask(*a_.node->make_desk(), ChangeSetting{account, {"PUSH-POLICY", value}}));
    }
    /// Until what was queued has its receipt.
    void deliver(House& house) {
        ASSERT_TRUE(loop_.advance_until(1s, [&] { return house.outbox_rows() == 0; }));
    }
    /// Alice, whom bob lets, offers him an action; what her push is named.
    std::string ask_bob_to_confirm() {
        raise_links();
        EXPECT_EQ(judge(b_, kBob, kAlice), 200);
        PushMessage offering = push(kAlice, kBob);
        offering.actions = {{"Confirm", "https://a.example/confirm"}};
        EXPECT_EQ(send(a_, offering), 265);
        const std::string sent = id_;
        deliver(a_);
        return sent;
    }

    std::string id_;
    std::string said_;
    std::optional<std::chrono::seconds> retry_;
};

TEST_F(PushTest, WhatWasNotLetInWaitsAndNotifiesNobody) {
    EXPECT_EQ(send(a_, push(kCarol, kAlice)), 265);
    EXPECT_EQ(sources(a_, kAlice), "carol@a.example 1 A disk has failed|");
    EXPECT_TRUE(pushes(a_, kAlice).empty());
    EXPECT_TRUE(a_.index(kAlice).empty());
    EXPECT_EQ(judge(a_, kAlice, kCarol), 200);
    EXPECT_EQ(sources(a_, kAlice), "carol@a.example approved|");
    ASSERT_EQ(pushes(a_, kAlice).size(), 1u) << "what waited is let in";
    EXPECT_EQ(send(a_, push(kCarol, kAlice), "And another"), 266);
    EXPECT_EQ(pushes(a_, kAlice).size(), 2u);
}

TEST_F(PushTest, RepetitionsThatWaitedAreLetInAsOne) {
    for (int times = 2; times <= 3; ++times) {
        PushMessage node = push(kCarol, kAlice);
        node.publisher = "carol/" + std::to_string(times) + "@a.example";
        for (int count = 0; count < times; ++count)
            EXPECT_EQ(send(a_, node), 265);
        const std::string newest = id_;
        EXPECT_EQ(judge(a_, kAlice, node.publisher), 200) << times;
        ASSERT_EQ(pushes(a_, kAlice).size(), static_cast<std::size_t>(times - 1));
        EXPECT_EQ(pushes(a_, kAlice)[0].id, newest);
        EXPECT_NE(read(a_, kAlice, newest).find("\"repeats\":" + std::to_string(times - 1)),
                  std::string::npos);
    }
    EXPECT_EQ(messages(a_), 2u) << "the former ones are gone";
    EXPECT_EQ(sources(a_, kAlice), "carol/2@a.example approved|carol/3@a.example approved|");
}

TEST_F(PushTest, UnknownBlockedAndUnapprovedAreToldAlike) {
    EXPECT_EQ(send(a_, push(kCarol, "nobody@a.example")), 265);
    EXPECT_EQ(send(a_, push(kCarol, kAlice)), 265);
    EXPECT_EQ(judge(a_, kAlice, kCarol, PushDecision::block), 200);
    EXPECT_EQ(sources(a_, kAlice), "carol@a.example blocked|") << "what waited is gone";
    EXPECT_EQ(send(a_, push(kCarol, kAlice)), 265);
    EXPECT_EQ(sources(a_, kAlice), "carol@a.example blocked|");
    EXPECT_EQ(messages(a_), 0u) << "nothing is stored of what is thrown away";
}

TEST_F(PushTest, ABlockOfTheMailListCountsToo) {
    EXPECT_EQ(judge(a_, kAlice, kCarol), 200);
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(),
                       AddBlock{kAlice, {kCarol, BlockAction::reject, "", loop_.now(), std::nullopt}}));
    EXPECT_EQ(send(a_, push(kCarol, kAlice)), 265);
    EXPECT_TRUE(pushes(a_, kAlice).empty());
    const Answer refused = a_.ask(*a_.node->make_desk(), ListRefused{kAlice});
    ASSERT_EQ(std::get<RefusedList>(*refused).size(), 1u);
    EXPECT_EQ(std::get<RefusedList>(*refused)[0].code, 265);
}

TEST_F(PushTest, OnlyTheExactNameIsApproved) {
    EXPECT_EQ(judge(a_, kAlice, "carol/disk@a.example"), 200);
    EXPECT_EQ(send(a_, push(kCarol, kAlice)), 265);
    PushMessage node = push(kCarol, kAlice);
    node.publisher = "carol/disk@a.example";
    EXPECT_EQ(send(a_, node), 266);
    EXPECT_EQ(pushes(a_, kAlice).size(), 1u);
}

TEST_F(PushTest, OnesOwnNamesAreAlwaysLetIn) {
    PushMessage node = push(kAlice, kAlice);
    node.publisher = "alice/nas@a.example";
    EXPECT_EQ(send(a_, node), 266);
    ASSERT_EQ(pushes(a_, kAlice).size(), 1u);
    EXPECT_EQ(pushes(a_, kAlice)[0].from, "alice/nas@a.example");
    EXPECT_EQ(send(a_, push(kAlice, "alice/nas@a.example"), "to the machine"), 266);
}

TEST_F(PushTest, AnothersNameIs403) {
    for (const char* name :
         {"alice@a.example", "alice/nas@a.example", "nobody@a.example", "carol@b.example"}) {
        PushMessage forged = push(kCarol, kAlice);
        forged.publisher = name;
        EXPECT_EQ(send(a_, forged), 403) << name;
    }
}

TEST_F(PushTest, ASharedMailboxsNamesAreThoseOfItsNodesAndOnesOwnSeat) {
    open_helpdesk();
    const auto as = [&](const std::string& who, const std::string& name) {
        PushMessage made = push(who, "dave@b.example");
        made.publisher = name;
        return send(a_, made);
    };
    for (const char* name : {"helpdesk@a.example", "helpdesk/news@a.example", "helpdesk/carol@a.example"})
        EXPECT_EQ(as(kCarol, name), 265) << name;
    EXPECT_EQ(as(kCarol, "helpdesk/alice@a.example"), 403) << "another's seat";
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(), DropFolder{kCarol, "/SEATS/alice", "helpdesk@a.example"}));
    EXPECT_EQ(as(kCarol, "helpdesk/alice@a.example"), 403) << "hers without its folder, too";
    a_.add_account("news@a.example");
    EXPECT_EQ(as(kCarol, "helpdesk/news@a.example"), 265) << "an account that has no seat there";
    a_.add_account("erin@a.example");
    EXPECT_EQ(as("erin@a.example", "helpdesk/news@a.example"), 403);
}

TEST_F(PushTest, OnePublishesInTheNamesInWhichOnePushes) {
    open_helpdesk();
    a_.add_account("news@a.example");
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(), CreateFolder{kCarol, "/SEATS"}));
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(), CreateFolder{kCarol, "/SEATS/nas"}));
    const auto create = [&](const char* name) {
        const Answer made =
            a_.ask(*a_.node->make_desk(), CreateNode{kCarol, *parse_imid(name), "", "", true});
        return made ? 0 : made.error().code;
    };
    EXPECT_EQ(create("helpdesk/news@a.example"), 0) << "an account that has no seat there";
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(), DropFolder{kCarol, "/SEATS/alice", "helpdesk@a.example"}));
    EXPECT_EQ(create("helpdesk/alice@a.example"), 409) << "a seat, though its folder was dropped";
    EXPECT_EQ(create("helpdesk/carol@a.example"), 409) << "a seat";
    EXPECT_EQ(create("carol/nas@a.example"), 0) << "an account has no seats";
    EXPECT_EQ(create("alice/nas@a.example"), 403);
}

TEST_F(PushTest, RefuseKeepsNone) {
    set_policy(kAlice, "REFUSE");
    EXPECT_EQ(send(a_, push(kCarol, kAlice)), 265);
    EXPECT_EQ(sources(a_, kAlice), "");
    EXPECT_EQ(messages(a_), 0u);
}

TEST_F(PushTest, TheListIsBoundedAndTheOldestGo) {
    for (int number = 0; number < 8; ++number)
        EXPECT_EQ(send(a_, push(kCarol, kAlice), "number " + std::to_string(number)), 265);
    EXPECT_EQ(sources(a_, kAlice), "carol@a.example 5 number 7|");
    EXPECT_EQ(messages(a_), 5u);
    for (int source = 0; source < 120; ++source) {
        PushMessage node = push(kCarol, kAlice);
        node.publisher = "carol/" + std::to_string(source) + "@a.example";
        EXPECT_EQ(send(a_, node), 265);
    }
    EXPECT_EQ(messages(a_), 100u);
    EXPECT_EQ(sources(a_, kAlice).find("carol@a.example "), std::string::npos) << "the oldest went";
}

TEST_F(PushTest, WhatWaitsGoesWithItsTime) {
    PushMessage brief = push(kCarol, kAlice);
    brief.ttl = 60s;
    EXPECT_EQ(send(a_, brief), 265);
    PushMessage lasting = push("carol@a.example", kAlice);
    lasting.ttl = kMaxPushTime;
    EXPECT_EQ(send(a_, lasting, "lasting"), 265);
    ASSERT_TRUE(loop_.advance_until(31s, [&] { return messages(a_) == 1; }));
    EXPECT_EQ(sources(a_, kAlice), "carol@a.example 1 lasting|");
    loop_.advance(kPushesWait);
    ASSERT_TRUE(loop_.advance_until(31s, [&] { return messages(a_) == 0; }));
}

TEST_F(PushTest, APushGoesFromItsFolderWithItsTimeAndStaysWhereItWasLaid) {
    EXPECT_EQ(judge(a_, kAlice, kCarol), 200);
    PushMessage brief = push(kCarol, kAlice);
    brief.ttl = 3600s;
    EXPECT_EQ(send(a_, brief, "copied"), 266);
    ASSERT_TRUE(
        a_.ask(*a_.node->make_desk(), PlaceMessage{Placing::copy, kAlice, "/PUSH", id_, "/INBOX", "", ""}));
    EXPECT_EQ(send(a_, brief, "left"), 266);
    EXPECT_EQ(pushes(a_, kAlice).size(), 2u);
    ASSERT_TRUE(loop_.advance_until(31s, [&] { return pushes(a_, kAlice).empty(); }));
    EXPECT_EQ(a_.index(kAlice).size(), 1u);
}

TEST_F(PushTest, ARepetitionTakesThePlaceOfTheFormerWhileThatIsUnread) {
    EXPECT_EQ(judge(a_, kAlice, kCarol), 200);
    for (int count = 0; count < 3; ++count)
        EXPECT_EQ(send(a_, push(kCarol, kAlice)), 266);
    ASSERT_EQ(pushes(a_, kAlice).size(), 1u);
    const std::string newest = pushes(a_, kAlice)[0].id;
    EXPECT_EQ(newest, id_);
    EXPECT_NE(read(a_, kAlice, newest).find("\"repeats\":2"), std::string::npos);
    EXPECT_EQ(messages(a_), 1u) << "the former ones are gone";
    PushMessage offering = push(kCarol, kAlice);
    offering.actions = {{"See", "https://nas.example/"}};
    EXPECT_EQ(send(a_, offering), 266) << "with an action it is another";
    EXPECT_EQ(pushes(a_, kAlice).size(), 2u);
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(), FlagMessage{kAlice, "/PUSH", newest, true, std::nullopt}));
    EXPECT_EQ(send(a_, push(kCarol, kAlice)), 266);
    EXPECT_EQ(pushes(a_, kAlice).size(), 3u) << "what was read is not repeated";
}

TEST_F(PushTest, AFullMailboxIs441AndARepetitionFits) {
    EXPECT_EQ(judge(a_, kAlice, kCarol), 200);
    EXPECT_EQ(send(a_, push(kCarol, kAlice)), 266);
    limit(a_, kAlice, 1);
    EXPECT_EQ(send(a_, push(kCarol, kAlice), "another"), 441);
    EXPECT_TRUE(retry_);
    EXPECT_EQ(send(a_, push(kCarol, kAlice)), 266);
    EXPECT_EQ(pushes(a_, kAlice).size(), 1u);
}

TEST_F(PushTest, AnIdIsIdempotent) {
    PushMessage named = push(kCarol, kAlice);
    named.id = "00000000-0000-4000-8000-000000000001";
    EXPECT_EQ(judge(a_, kAlice, kCarol), 200);
    EXPECT_EQ(send(a_, named), 266);
    EXPECT_EQ(send(a_, named), 409);
    EXPECT_EQ(send(a_, named, "other"), 452);
    EXPECT_EQ(pushes(a_, kAlice).size(), 1u);
}

TEST_F(PushTest, TwoWhoWriteInOneNameUseAnIdOnce) {
    open_helpdesk();
    PushMessage named = push(kAlice, kBob);
    named.publisher = "helpdesk@a.example";
    named.id = "00000000-0000-4000-8000-000000000001";
    named.actions = {{"See", "https://a.example/"}};
    EXPECT_EQ(send(a_, named), 265);
    named.who = kCarol;
    EXPECT_EQ(send(a_, named), 452);
    EXPECT_EQ(a_.outbox_rows(), 1u);
}

TEST_F(PushTest, ATokenLetsInAsOftenAsItSays) {
    PushMessage named = push(kCarol, kAlice);
    named.token = mint(kAlice, "", 2);
    EXPECT_EQ(send(a_, named, "one"), 266);
    EXPECT_EQ(send(a_, named, "two"), 266);
    EXPECT_EQ(send(a_, named, "three"), 265) << "as if it had not been named";
    EXPECT_EQ(sources(a_, kAlice), "carol@a.example 1 three|");
}

TEST_F(PushTest, ATokenIsOfOneAccountOnePublisherAndItsTime) {
    PushMessage named = push(kCarol, kAlice);
    named.token = mint(kCarol);
    EXPECT_EQ(send(a_, named), 265) << "of another account";
    named.token = mint(kAlice, "website@b.example");
    EXPECT_EQ(send(a_, named), 265) << "for another publisher";
    named.token = mint(kAlice, "", 1, 60s);
    loop_.advance(60s);
    EXPECT_EQ(send(a_, named), 265) << "over";
    named.token = make_push_token();
    EXPECT_EQ(send(a_, named), 265) << "of nobody";
    EXPECT_TRUE(pushes(a_, kAlice).empty());
    named.token = mint(kAlice, kCarol);
    EXPECT_EQ(send(a_, named), 266);
}

TEST_F(PushTest, WhoIsApprovedUsesNoTokenUp) {
    PushMessage named = push(kCarol, kAlice);
    named.token = mint(kAlice);
    EXPECT_EQ(judge(a_, kAlice, kCarol), 200);
    EXPECT_EQ(send(a_, named), 266);
    EXPECT_EQ(send(a_, from_stranger("nas@a.example", kAlice, named.token)), 266);
}

TEST_F(PushTest, TokensAreBounded) {
    for (std::uint64_t count = 0; count < kMaxPushTokens; ++count)
        EXPECT_NE(mint(kAlice, "", 1, 60s), "");
    const Answer full = a_.ask(*a_.node->make_desk(), MintToken{kAlice, "", 1, kPushTime});
    EXPECT_EQ(full.error().code, 413);
    loop_.advance(60s);
    EXPECT_NE(mint(kAlice), "") << "those that are over make room";
}

TEST_F(PushTest, AStrangerNeedsATokenThatIsGood) {
    const std::string token = mint(kAlice);
    EXPECT_EQ(send(a_, from_stranger("nas@home.example", kAlice, make_push_token())), 401);
    EXPECT_EQ(send(a_, from_stranger("nas@home.example", kCarol, token)), 401) << "another's";
    EXPECT_EQ(send(a_, from_stranger("nas@home.example", "nobody@a.example", token)), 401);
    EXPECT_EQ(messages(a_), 0u);
    EXPECT_EQ(send(a_, from_stranger("nas@home.example", kAlice, token)), 266);
    EXPECT_EQ(send(a_, from_stranger("nas@home.example", kAlice, token)), 401) << "used";
    ASSERT_EQ(pushes(a_, kAlice).size(), 1u);
    const std::string json = read(a_, kAlice, pushes(a_, kAlice)[0].id);
    EXPECT_NE(json.find(R"("from":"a.example")"), std::string::npos) << json;
    EXPECT_NE(json.find(R"("original-from":"nas@home.example")"), std::string::npos) << json;
    EXPECT_EQ(sources(a_, kAlice), "") << "nothing waits of a stranger";
}

TEST_F(PushTest, AStrangersLostReplyIsA409ForWhoHasTheTokenAlone) {
    PushMessage named = from_stranger("nas@home.example", kAlice, mint(kAlice));
    named.id = "00000000-0000-4000-8000-000000000001";
    EXPECT_EQ(send(a_, named), 266);
    EXPECT_EQ(send(a_, named), 409);
    PushMessage guessed = named;
    guessed.token = make_push_token();
    EXPECT_EQ(send(a_, guessed), 401);
    PushMessage other = named;
    other.token = mint(kAlice);
    EXPECT_EQ(send(a_, other), 452);
    EXPECT_EQ(send(a_, from_stranger("nas@home.example", kAlice, other.token)), 266)
        << "what was refused has used nothing up";
}

TEST_F(PushTest, AStrangerWhoIsBlockedByTheNameHeGivesIsTold265) {
    EXPECT_EQ(judge(a_, kAlice, "nas@home.example", PushDecision::block), 200);
    EXPECT_EQ(send(a_, from_stranger("nas@home.example", kAlice, make_push_token())), 401);
    EXPECT_EQ(send(a_, from_stranger("nas@home.example", kAlice, mint(kAlice))), 265);
    EXPECT_TRUE(pushes(a_, kAlice).empty());
}

TEST_F(PushTest, TheLastUseOfATokenIsOnes) {
    const std::string token = mint(kAlice);
    std::vector<std::unique_ptr<SessionHost>> desks;
    std::vector<int> codes;
    for (int each = 0; each < 8; ++each) {
        desks.push_back(a_.node->make_desk());
        PushMessage request = from_stranger("nas@home.example", kAlice, token);
        request.delivery = 1;
        desks.back()->part_octets({1, 0, "failed " + std::to_string(each)});
        desks.back()->ask(request, [&codes](Answer given) {
            codes.push_back(given ? std::get<Pushed>(*given).code : given.error().code);
        });
    }
    ASSERT_TRUE(loop_.run_until([&] { return codes.size() == 8; }));
    EXPECT_EQ(std::ranges::count(codes, 266), 1);
    EXPECT_EQ(std::ranges::count(codes, 401), 7);
    EXPECT_EQ(pushes(a_, kAlice).size(), 1u);
}

TEST_F(PushTest, AnotherDomainsServerPushesInItsOwnNamesOnce) {
    PushMessage named = from_domain(kBob, kAlice);
    named.id = "00000000-0000-4000-8000-000000000001";
    EXPECT_EQ(send(a_, named), 265);
    EXPECT_EQ(send(a_, named), 409);
    EXPECT_EQ(send(a_, named, "other"), 452);
    EXPECT_EQ(sources(a_, kAlice), "bob@b.example 1 A disk has failed|");
    EXPECT_EQ(judge(a_, kAlice, kBob), 200);
    EXPECT_EQ(send(a_, from_domain(kBob, kAlice), "more"), 266);
}

TEST_F(PushTest, WhateverAnotherDomainsServerPushesIsNoted) {
    // So that the sync, which takes the time, tells nobody who exists.
    for (const char* to : {kAlice, "nobody@a.example"}) {
        EXPECT_EQ(send(a_, from_domain(kBob, to)), 265);
        const auto noted = a_.in_store<std::optional<Delivered>>([&](Transaction& transaction) {
            return transaction.mailboxes().delivered("b.example", kBob, id_, to);
        });
        ASSERT_TRUE(noted);
        EXPECT_TRUE(*noted) << to;
    }
}

TEST_F(PushTest, ADomainsRateIs429) {
    a_.limits.domain_rate = {2, 3600s};
    a_.restart();
    EXPECT_EQ(send(a_, from_domain(kBob, kAlice)), 265);
    EXPECT_EQ(send(a_, from_domain(kBob, kAlice)), 265);
    EXPECT_EQ(send(a_, from_domain(kBob, kAlice)), 429);
    EXPECT_TRUE(retry_);
}

TEST_F(PushTest, AnAccountsRateIs429) {
    a_.limits.sender_rate = {2, 3600s};
    a_.restart();
    EXPECT_EQ(send(a_, push(kCarol, kAlice)), 265);
    EXPECT_EQ(send(a_, push(kCarol, kAlice)), 265);
    EXPECT_EQ(send(a_, push(kCarol, kAlice)), 429);
}

TEST_F(PushTest, BetweenDomainsItGoesAsMailDoes) {
    raise_links();
    EXPECT_EQ(judge(b_, kBob, kAlice), 200);
    PushMessage offering = push(kAlice, kBob);
    offering.importance = Importance::high;
    offering.actions = {{"Confirm", "https://a.example/confirm"}, {"Not me", "immp:alice@a.example"}};
    EXPECT_EQ(send(a_, offering, "Is this your address?"), 265) << "on stable storage, not there yet";
    const std::string sent = id_;
    deliver(a_);
    const auto there = pushes(b_, kBob);
    ASSERT_EQ(there.size(), 1u);
    EXPECT_EQ(there[0].id, sent);
    EXPECT_EQ(there[0].flags, std::vector<std::string>{"important"});
    const std::string json = read(b_, kBob, sent);
    EXPECT_NE(json.find(R"("kind":"push")"), std::string::npos) << json;
    EXPECT_NE(json.find(R"("actions":[{"label":"Confirm","uri":"https://a.example/confirm"})"),
              std::string::npos)
        << json;
    EXPECT_TRUE(a_.index(kAlice, "/SENT").empty()) << "a push is no letter";
}

TEST_F(PushTest, ALostReplyFilesNothingTwice) {
    raise_links();
    EXPECT_EQ(judge(b_, kBob, kAlice), 200);
    int lost = 0;
    wire_.fate = [&](auto& from, auto&) {
        return from == "a.example" && lost++ < 2 ? Fate::lose_reply : Fate::pass;
    };
    EXPECT_EQ(send(a_, push(kAlice, kBob)), 265);
    deliver(a_);
    EXPECT_EQ(pushes(b_, kBob).size(), 1u);
    EXPECT_EQ(read(b_, kBob, pushes(b_, kBob)[0].id).find("repeats"), std::string::npos);
}

TEST_F(PushTest, ATokenTravelsWithIt) {
    raise_links();
    PushMessage named = push(kAlice, kBob);
    named.token = mint(kBob, kAlice);
    EXPECT_EQ(send(a_, named), 265);
    deliver(a_);
    EXPECT_EQ(pushes(b_, kBob).size(), 1u);
    EXPECT_EQ(send(a_, named, "again"), 265);
    deliver(a_);
    EXPECT_EQ(sources(b_, kBob), "alice@a.example 1 again|");
}

TEST_F(PushTest, WhatFindsNoRoomElsewhereHasUsedNoTokenAndIsNotKept) {
    raise_links();
    PushMessage named = push(kAlice, kBob);
    named.token = mint(kBob, kAlice);
    limit(b_, kBob, 1);
    EXPECT_EQ(send(a_, named), 265);
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return last_error(a_).find("441") != std::string::npos; }));
    EXPECT_EQ(messages(b_), 0u);
    limit(b_, kBob, std::nullopt);
    deliver(a_);
    EXPECT_EQ(pushes(b_, kBob).size(), 1u);
    EXPECT_EQ(sources(b_, kBob), "");
    EXPECT_EQ(send(a_, named, "again"), 265);
    deliver(a_);
    EXPECT_EQ(sources(b_, kBob), "alice@a.example 1 again|") << "now it is used";
}

TEST_F(PushTest, AnAnswerThatFindsNoRoomIsLetInWhenThereIsSome) {
    const std::string sent = ask_bob_to_confirm();
    limit(a_, kAlice, 1);
    EXPECT_EQ(answer(b_, kBob, sent, "Confirm"), 265);
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return last_error(b_).find("441") != std::string::npos; }));
    EXPECT_EQ(messages(a_), 0u);
    limit(a_, kAlice, std::nullopt);
    deliver(b_);
    EXPECT_EQ(pushes(a_, kAlice).size(), 1u);
    EXPECT_EQ(sources(a_, kAlice), "");
}

TEST_F(PushTest, EachAnswerStaysThoughTheyAreWordedAlike) {
    const std::string first = ask_bob_to_confirm();
    PushMessage another = push(kAlice, kBob);
    another.actions = {{"Confirm", "https://a.example/order"}};
    EXPECT_EQ(send(a_, another), 265);
    const std::string second = id_;
    deliver(a_);
    EXPECT_EQ(answer(b_, kBob, first, "Confirm"), 265);
    EXPECT_EQ(answer(b_, kBob, second, "Confirm"), 265);
    deliver(b_);
    const auto back = pushes(a_, kAlice);
    ASSERT_EQ(back.size(), 2u);
    EXPECT_NE(read(a_, kAlice, back[0].id).find("\"in-reply-to\":\"" + second + "\""), std::string::npos);
    EXPECT_NE(read(a_, kAlice, back[1].id).find("\"in-reply-to\":\"" + first + "\""), std::string::npos);
}

TEST_F(PushTest, UnknownRecipientsElsewhereAre265AndDoNotBounce) {
    raise_links();
    EXPECT_EQ(send(a_, push(kAlice, "nobody@b.example")), 265);
    EXPECT_EQ(send(a_, push(kAlice, kBob)), 265);
    deliver(a_);
    EXPECT_TRUE(a_.index(kAlice).empty()) << "no bounce tells who exists";
}

TEST_F(PushTest, AnAnswerComesBackAndIsLetInOnce) {
    const std::string sent = ask_bob_to_confirm();
    EXPECT_EQ(answer(b_, kBob, sent, "Deny"), 404);
    EXPECT_EQ(answer(b_, kBob, armor::random_uuid(), "Confirm"), 404);
    EXPECT_EQ(answer(b_, kBob, sent, "Confirm"), 265);
    EXPECT_EQ(answer(b_, kBob, sent, "Confirm"), 409);
    deliver(b_);
    const auto back = pushes(a_, kAlice);
    ASSERT_EQ(back.size(), 1u) << "bob is not approved: the answer is";
    EXPECT_EQ(back[0].from, kBob);
    EXPECT_EQ(said_, back[0].id) << "409 names the answer";
    EXPECT_NE(read(a_, kAlice, back[0].id).find("\"in-reply-to\":\"" + sent + "\""), std::string::npos);
    EXPECT_EQ(pushes(b_, kBob)[0].flags, std::vector<std::string>{"read"});
    EXPECT_EQ(send(b_, push(kBob, kAlice)), 265);
    deliver(b_);
    EXPECT_EQ(pushes(a_, kAlice).size(), 1u) << "an answer opens nothing else";
}

TEST_F(PushTest, AnAnswerThatNobodyAskedForWaits) {
    raise_links();
    EXPECT_EQ(judge(a_, kAlice, kCarol), 200);
    PushMessage offering = push(kCarol, kAlice);
    offering.actions = {{"Confirm", "https://a.example/confirm"}};
    EXPECT_EQ(send(a_, offering), 266);
    const std::string sent = id_;
    // bob's server lies: the push went to alice.
    const auto forge = [&](const std::string& from, const std::string& label) {
        ASSERT_TRUE(b_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
            Message message;
            message.envelope.kind = Kind::push;
            message.envelope.id = armor::random_uuid();
            message.envelope.from = from;
            message.envelope.to = {kCarol};
            message.envelope.date = loop_.now();
            message.envelope.expires = loop_.now() + 1h;
            message.envelope.in_reply_to = sent;
            const std::pair<std::string, std::string> texts[] = {
                {"text/plain", label}, {"application/immp-metadata+json", metadata_json(message.envelope)}};
            for (const auto& [type, text] : texts) {
                const auto body = transaction.bodies().create(loop_.now());
                EXPECT_TRUE(transaction.bodies().append(*body, text));
                armor::Hasher hasher("IMMP1 body");
                hasher.add(text);
                message.parts.push_back({type == "text/plain" ? "a" : "m", type,
                                         type == "text/plain" ? PartClass::content : PartClass::attachment,
                                         text.size(), *body, hasher.digest()});
            }
            const auto stored = transaction.mailboxes().add(message);
            OutboxRow row;
            row.message = *stored;
            row.sender = kBob;
            row.recipient = kCarol;
            row.destination = "a.example";
            row.queued = row.next_try = loop_.now();
            EXPECT_TRUE(transaction.outbox().add(row));
            return Done{};
        }));
        b_.node->on_peer_seen("a.example");
        deliver(b_);
    };
    forge(kBob, "Confirm");
    EXPECT_TRUE(pushes(a_, kCarol).empty());
    EXPECT_EQ(sources(a_, kCarol), "bob@b.example 1 Confirm|");
    EXPECT_EQ(answer(a_, kAlice, sent, "Confirm"), 266) << "the true one is let in";
    EXPECT_EQ(pushes(a_, kCarol).size(), 1u);
    // In the name of somebody of another domain: 452, which bounces.
    forge("carol@a.example", "Confirm");
    EXPECT_EQ(b_.index(kBob).size(), 1u);
}

TEST_F(PushTest, AStrangersPushIsNotAnswered) {
    PushMessage named = from_stranger("nas@home.example", kAlice, mint(kAlice));
    named.actions = {{"Seen", "https://nas.home.example/seen"}};
    EXPECT_EQ(send(a_, named), 266);
    EXPECT_EQ(answer(a_, kAlice, id_, "Seen"), 403);
}

TEST_F(PushTest, AnAnswerComesInTimeOrNotAtAll) {
    EXPECT_EQ(judge(a_, kAlice, kCarol), 200);
    PushMessage brief = push(kCarol, kAlice);
    brief.ttl = 20s;
    brief.actions = {{"Seen", "https://nas.example/seen"}};
    EXPECT_EQ(send(a_, brief), 266);
    loop_.advance(20s);
    EXPECT_EQ(answer(a_, kAlice, id_, "Seen"), 410);
}

TEST_F(PushTest, WhatIsNotDeliveredInTimeGoesWithoutABounce) {
    PushMessage brief = push(kAlice, kBob);
    brief.ttl = 600s;
    EXPECT_EQ(send(a_, brief), 265);
    EXPECT_EQ(a_.outbox_rows(), 1u);
    ASSERT_TRUE(loop_.advance_until(31s, [&] { return a_.outbox_rows() == 0; }));
    EXPECT_TRUE(a_.index(kAlice).empty());
    EXPECT_EQ(messages(a_), 0u);
}

TEST_F(PushTest, APushThatComesTooLateIs410AndDoesNotBounce) {
    raise_links();
    EXPECT_EQ(judge(b_, kBob, kAlice), 200);
    wire_.fate = [&](auto&, auto&) { return Fate::lose; };
    PushMessage brief = push(kAlice, kBob);
    brief.ttl = 600s;
    EXPECT_EQ(send(a_, brief), 265);
    ASSERT_TRUE(loop_.run_until([&] { return !wire_.pieces.empty(); }));
    loop_.advance(600s);
    EXPECT_EQ(a_.outbox_rows(), 1u) << "it travels in a bundle";
    wire_.fate = [&](auto&, auto&) { return Fate::pass; };
    deliver(a_);
    EXPECT_TRUE(pushes(b_, kBob).empty());
    EXPECT_TRUE(a_.index(kAlice).empty());
}

TEST_F(PushTest, AWatchOfPushIsWokenByIt) {
    EXPECT_EQ(judge(a_, kAlice, kCarol), 200);
    auto desk = a_.node->make_desk();
    std::optional<std::uint64_t> total;
    const auto watch = [&] {
        total.reset();
        desk->ask(WatchFolder{1, kAlice, "/PUSH"},
                  [&](Answer told) { total = std::get<MailboxStatus>(*told).front().total; });
    };
    watch();
    ASSERT_TRUE(loop_.run_until([&] { return total.has_value(); }));
    EXPECT_EQ(total, 0u);
    watch();
    EXPECT_EQ(send(a_, push("carol@a.example", "nobody@a.example")), 265);
    EXPECT_FALSE(total);
    EXPECT_EQ(send(a_, push(kCarol, kAlice)), 266);
    ASSERT_TRUE(loop_.run_until([&] { return total.has_value(); }));
    EXPECT_EQ(total, 1u);
}

TEST_F(PushTest, NamesAreBounded) {
    ASSERT_TRUE(a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
        const AccountId alice = **transaction.accounts().find(kAlice);
        for (std::uint64_t count = 0; count < kMaxPushSources; ++count)
            EXPECT_TRUE(transaction.pushes().set_standing(alice, "x" + std::to_string(count),
                                                          PushStanding::blocked, loop_.now()));
        return Done{};
    }));
    EXPECT_EQ(judge(a_, kAlice, kCarol), 413);
    EXPECT_EQ(judge(a_, kAlice, "x1"), 200) << "one that is there changes";
    EXPECT_EQ(judge(a_, kAlice, "x2", PushDecision::forget), 200);
    EXPECT_EQ(judge(a_, kAlice, kCarol), 200) << "one that is forgotten makes room";
}

TEST_F(PushTest, WhatIsForgottenIsAsIfItHadNeverBeenJudged) {
    EXPECT_EQ(judge(a_, kAlice, kCarol, PushDecision::forget), 404);
    EXPECT_EQ(judge(a_, kAlice, kCarol), 200);
    EXPECT_EQ(send(a_, push(kCarol, kAlice)), 266);
    EXPECT_EQ(judge(a_, kAlice, kCarol, PushDecision::forget), 200);
    EXPECT_EQ(sources(a_, kAlice), "");
    EXPECT_EQ(pushes(a_, kAlice).size(), 1u) << "what was let in stays";
    EXPECT_EQ(send(a_, push(kCarol, kAlice), "two"), 265);
    EXPECT_EQ(sources(a_, kAlice), "carol@a.example 1 two|");
    EXPECT_EQ(judge(a_, kAlice, kCarol, PushDecision::forget), 200);
    EXPECT_EQ(sources(a_, kAlice), "") << "what waited is gone";
    EXPECT_EQ(messages(a_), 1u);
    EXPECT_EQ(judge(a_, kAlice, kCarol, PushDecision::forget), 404);
}

}  // namespace
}  // namespace immp::bridge
