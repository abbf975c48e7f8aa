#include "component/user_sessions.hpp"

#include <algorithm>
#include <deque>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "armor/base64.hpp"
#include "bridge/wire/codes.hpp"
#include "bridge/wire/token.hpp"
#include "tests/component/side_double.hpp"
#include "tests/support/folders.hpp"

namespace immp::component {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

const std::string kAlice = "alice@a.example/immp-5f3a";

/// Answers when the test says so.
struct HostDouble final : bridge::SessionHost {
    explicit HostDouble(std::vector<std::pair<bridge::Request, AnswerDone>>& all) : asked(all) {}
    void ask(bridge::Request request, AnswerDone done) override {
        asked.emplace_back(std::move(request), std::move(done));
    }
    void part_octets(bridge::PartOctets) override {}
    void drop_part(bridge::DropPart) override {}
    void drop_delivery(bridge::DeliveryId) override {}
    void pull(bridge::BodySourcePtr, PullDone) override {}
    bool congested() const override { return is_congested; }
    void on_uncongested(std::function<void()> go_on) override { resume = std::move(go_on); }
    void on_login_ended(std::function<void(Error)> why) override { ended = std::move(why); }

    std::vector<std::pair<bridge::Request, AnswerDone>>& asked;
    bool is_congested = false;
    std::function<void()> resume;
    std::function<void(Error)> ended;
};

class UserSessionsTest : public testing::Test {
  protected:
    UserSessionsTest() {
        bridge::SessionServices services;
        services.domain = "a.example";
        services.now = [] { return bridge::Time{}; };
        services.uuid = [] { return std::string("24c17bb6-11ef-4cfa-8c5c-440ceadc8431"); };
        sessions_ = std::make_shared<UserSessions>("immp.a.example",
                                                   UserAccess{services,
                                                              [this](const bridge::SessionOrigin& origin) {
                                                                  origins_.push_back(origin.address);
                                                                  auto host =
                                                                      std::make_unique<HostDouble>(asked_);
                                                                  host_ = host.get();
                                                                  return host;
                                                              }},
                                                   side_.outlet, side_.asker, side_.outside.world);
    }
    ~UserSessionsTest() override { sessions_->stop(); }

    void hear(std::string_view text) {
        auto heard = stanza(text);
        if (heard.head.type == "result" || heard.head.type == "error")
            return side_.asker.take(std::move(heard));
        ASSERT_TRUE(sessions_->concerns(heard)) << text;
        sessions_->take(std::move(heard));
        side_.outside.run_deferred();
    }
    void set(std::string_view payload, std::string_view from = kAlice, std::string_view id = "q") {
        hear("<iq type='set' id='" + std::string(id) + "' from='" + std::string(from) +
             "' to='immp.a.example'>" + std::string(payload) + "</iq>");
    }
    void open(std::string_view from = kAlice, std::string_view sid = "c0ffee",
              std::string_view size = "32768") {
        set("<open xmlns='http://jabber.org/protocol/ibb' block-size='" + std::string(size) + "' sid='" +
                std::string(sid) + "' stanza='iq'/>",
            from);
    }
    void data(unsigned seq, std::string_view octets, std::string_view from = kAlice,
              std::string_view sid = "c0ffee") {
        set("<data xmlns='http://jabber.org/protocol/ibb' seq='" + std::to_string(seq) + "' sid='" +
                std::string(sid) + "'>" + armor::encode_base64(as_bytes(octets)) + "</data>",
            from, "d" + std::to_string(seq));
    }
    /// All that the component has sent; blocks are answered, and their octets gathered.
    std::vector<std::string> take_stanzas() {
        std::vector<std::string> others;
        while (!side_.outlet.sent.empty()) {
            const std::string text = side_.outlet.next();
            auto sent = stanza(text);
            if (sent.head.type != "set" || !sent.find(ElementKind::ibb_data)) {
                others.push_back(text);
                continue;
            }
            octets_ += as_text(sent.find(ElementKind::ibb_data)->octets);
            hear("<iq type='result' id='" + sent.head.id + "' from='" + sent.head.to +
                 "' to='immp.a.example'/>");
        }
        return others;
    }
    void resume_at(std::string_view seq, std::string_view from = kAlice, std::string_view sid = "c0ffee",
                   std::string_view size = "32768") {
        set("<open xmlns='http://jabber.org/protocol/ibb' block-size='" + std::string(size) + "' sid='" +
                std::string(sid) + "' stanza='iq'><resume xmlns='urn:immp:1' seq='" + std::string(seq) +
                "'/></open>",
            from);
    }
    void resume(unsigned seq, std::string_view from = kAlice, std::string_view sid = "c0ffee",
                std::string_view size = "32768") {
        resume_at(std::to_string(seq), from, sid, size);
    }
    void answer(const Stanza& block, std::string_view condition) {
        hear("<iq type='error' id='" + block.head.id + "' from='" + block.head.to +
             "' to='immp.a.example'><error type='cancel'><" + std::string(condition) +
             " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
    }
    /// The first block of that session that has not been looked at comes back.
    void refuse_block(std::string_view condition, std::string_view sid = "c0ffee") {
        const auto is_block = [&](const std::pair<std::string, Lane>& sent) {
            return sent.first.find("<data ") != std::string::npos &&
                   sent.first.find("sid='" + std::string(sid) + "'") != std::string::npos;
        };
        const auto found = std::ranges::find_if(side_.outlet.sent, is_block);
        ASSERT_NE(found, side_.outlet.sent.end()) << sid;
        const auto block = stanza(found->first);
        side_.outlet.sent.erase(side_.outlet.sent.begin(), found + 1);
        answer(block, condition);
    }
    static std::string commands(int count) {
        std::string lines;
        for (; count > 0; --count)
            lines += "HELP\n";
        return lines;
    }
    /// The octets that came since.
    std::string said() {
        take_stanzas();
        return std::exchange(octets_, {});
    }
    void admit(bridge::Answer answer = bridge::AnswerValue(bridge::Done{})) {
        auto done = std::move(asked_.back().second);
        asked_.pop_back();
        done(std::move(answer));
        side_.outside.run_deferred();
    }
    /// Alice, logged in, with nothing unread.
    void enter() {
        open();
        admit();
        ASSERT_THAT(said(), HasSubstr("210 Authentication accepted for alice@a.example\n"));
    }
    std::string only_stanza() {
        const auto all = take_stanzas();
        return all.size() == 1 ? all.front() : std::to_string(all.size()) + " stanzas";
    }

    SideDouble side_;
    std::vector<std::pair<bridge::Request, bridge::SessionHost::AnswerDone>> asked_;
    std::vector<std::string> origins_;
    HostDouble* host_ = nullptr;
    std::shared_ptr<UserSessions> sessions_;
    std::string octets_;
};

TEST_F(UserSessionsTest, IsTheUsersWhoseAddressWasStamped) {
    open();
    EXPECT_THAT(origins_, testing::ElementsAre("alice@a.example"));
    EXPECT_EQ(side_.outlet.next(),
              "<iq type='result' id='q' from='immp.a.example' to='alice@a.example/immp-5f3a'/>");
    ASSERT_EQ(asked_.size(), 1u);
    EXPECT_EQ(std::get<bridge::AdmitUser>(asked_.front().first).account, "alice@a.example");
    EXPECT_THAT(said(),
                AllOf(HasSubstr("100 IMMP/1.0 Server at a.example\n101 "), testing::Not(HasSubstr("210"))));
    admit();
    EXPECT_EQ(said(), "210 Authentication accepted for alice@a.example\n");
    data(0, "NOOP\n");
    EXPECT_THAT(take_stanzas(), testing::ElementsAre("<iq type='result' id='d0' from='immp.a.example' "
                                                     "to='alice@a.example/immp-5f3a'/>"));
    EXPECT_EQ(octets_, "200 OK\n");
}

TEST_F(UserSessionsTest, RefusesWhoIsNoUserOfTheDomain) {
    for (const auto* from :
         {"alice@b.example/x", "alice@a.example", "a.example/x", "a.example", "immp.a.example/x",
          "alice@A.example/x", "Alice@a.example/x", "alice@a.example.b.example/x", "alice@immp.a.example/x",
          "alice+x@a.example/x", "@a.example/x", "alice@xn--a.example/x"}) {
        open(from);
        EXPECT_THAT(side_.outlet.next(),
                    AllOf(HasSubstr("type='error'"), HasSubstr("<forbidden "), HasSubstr("code='403'")))
            << from;
    }
    EXPECT_EQ(sessions_->size(), 0u);
    EXPECT_TRUE(asked_.empty());
    EXPECT_TRUE(side_.outlet.sent.empty()) << "nothing is looked up for them";
}

TEST_F(UserSessionsTest, AnotherUsersSessionIsNotThere) {
    enter();
    data(0, "NOOP\n", "bob@a.example/immp-5f3a");
    EXPECT_THAT(only_stanza(), AllOf(HasSubstr("item-not-found"), HasSubstr("to='bob@a.example/immp-5f3a'")));
    data(0, "NOOP\n", "alice@a.example/other");
    EXPECT_THAT(only_stanza(), HasSubstr("item-not-found"));
    data(0, "NOOP\n", "alice@b.example/immp-5f3a");
    EXPECT_THAT(only_stanza(), HasSubstr("forbidden"));
    EXPECT_EQ(octets_, "");
    EXPECT_EQ(sessions_->size(), 1u);
}

TEST_F(UserSessionsTest, ARefusedAccountIsToldWhyAndClosed) {
    open();
    admit(fail(403, "no mailbox here"));
    const auto others = take_stanzas();
    EXPECT_THAT(octets_, HasSubstr("403 no mailbox here e=5.7.1\n"));
    side_.outside.run_deferred();
    EXPECT_EQ(sessions_->size(), 0u);
    ASSERT_FALSE(others.empty());
    EXPECT_THAT(others.back(), HasSubstr("<close xmlns='http://jabber.org/protocol/ibb' sid='c0ffee'/>"));
}

TEST_F(UserSessionsTest, TakesTheBlocksThatItAgreedTo) {
    open(kAlice, "a", "32769");
    EXPECT_THAT(only_stanza(), AllOf(HasSubstr("<error type='modify'>"), HasSubstr("<resource-constraint ")));
    for (const auto* size : {"0", "1023", "-1", "4e3", "", "99999999999999999999"}) {
        open(kAlice, "a", size);
        EXPECT_THAT(only_stanza(), HasSubstr("bad-request")) << size;
    }
    set("<open xmlns='http://jabber.org/protocol/ibb' block-size='4096' sid='a' stanza='message'/>");
    EXPECT_THAT(only_stanza(), HasSubstr("feature-not-implemented"));
    set("<open xmlns='http://jabber.org/protocol/ibb' block-size='4096'/>");
    EXPECT_THAT(only_stanza(), HasSubstr("bad-request"));
    EXPECT_EQ(sessions_->size(), 0u);
    open(kAlice, "a", "2048");
    admit();
    said();
    data(0, std::string(2'049, '\n'), kAlice, "a");
    const auto all = take_stanzas();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_THAT(all[0], HasSubstr("bad-request"));
    EXPECT_THAT(all[1], HasSubstr("<close "));
    EXPECT_EQ(sessions_->size(), 0u);
}

TEST_F(UserSessionsTest, OpensOnceForOneSid) {
    enter();
    open();
    EXPECT_THAT(only_stanza(), HasSubstr("not-acceptable"));
    EXPECT_EQ(sessions_->size(), 1u);
}

TEST_F(UserSessionsTest, ClosesOnABlockOutOfOrder) {
    enter();
    data(1, "NOOP\n");
    const auto all = take_stanzas();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_THAT(all[0], HasSubstr("<unexpected-request "));
    EXPECT_THAT(all[1], HasSubstr("<close "));
    EXPECT_EQ(sessions_->size(), 0u);
    data(0, "NOOP\n");
    EXPECT_THAT(only_stanza(), HasSubstr("item-not-found"));
}

TEST_F(UserSessionsTest, ClosesWhereItsClientSaysSo) {
    enter();
    set("<close xmlns='http://jabber.org/protocol/ibb' sid='c0ffee'/>");
    EXPECT_THAT(only_stanza(), HasSubstr("type='result'"));
    EXPECT_EQ(sessions_->size(), 0u);
    set("<close xmlns='http://jabber.org/protocol/ibb' sid='c0ffee'/>");
    EXPECT_THAT(only_stanza(), HasSubstr("item-not-found"));
}

TEST_F(UserSessionsTest, EndsWhereItsClientKnowsItNoMore) {
    enter();
    data(0, "NOOP\n");
    refuse_block("item-not-found");
    EXPECT_EQ(sessions_->size(), 0u);
    EXPECT_TRUE(side_.outlet.sent.empty()) << "nobody is there to be told";
}

TEST_F(UserSessionsTest, EndsWhereNoAnswerComes) {
    enter();
    data(0, "NOOP\n");
    side_.outside.now += kBlockPatience;
    side_.asker.expire();
    EXPECT_EQ(sessions_->size(), 0u);
}

TEST_F(UserSessionsTest, GoesOnWithItsClientInTheMiddleOfAReply) {
    for (const auto* condition :
         {"service-unavailable", "recipient-unavailable", "remote-server-timeout", "gone"}) {
        enter();
        data(0, "NOOP\n");
        refuse_block(condition);
        EXPECT_EQ(sessions_->size(), 1u) << condition;
        EXPECT_TRUE(side_.outlet.sent.empty()) << "nobody is there to be told";
        resume(2);
        EXPECT_THAT(side_.outlet.next(), HasSubstr("type='result' id='q' from='immp.a.example' to='" +
                                                   kAlice + "'><resume xmlns='urn:immp:1' seq='1'/></iq>"));
        data(1, "NOOP\n");
        EXPECT_EQ(said(), "200 OK\n200 OK\n") << "the one that came back, too, and each once";
        sessions_->stop();
        side_.outlet.sent.clear();
    }
}

TEST_F(UserSessionsTest, GoesOnWhereItsResultsWereLost) {
    enter();
    data(0, "NOOP\n");
    data(1, "NOOP\n");
    side_.outlet.sent.clear();
    resume(2);
    EXPECT_THAT(side_.outlet.next(), HasSubstr("<resume xmlns='urn:immp:1' seq='2'/>"));
    data(1, "NOOP\n");
    EXPECT_THAT(take_stanzas(), testing::Contains(HasSubstr("type='result' id='d1'"))) << "a late one";
    EXPECT_EQ(octets_, "200 OK\n200 OK\n");
    data(3, "NOOP\n");
    EXPECT_THAT(take_stanzas().front(), HasSubstr("<unexpected-request "));
}

TEST_F(UserSessionsTest, WhatBelongsToTheFormerStreamCountsNoMore) {
    enter();
    data(0, "NOOP\n");
    side_.outlet.next();
    const auto block = stanza(side_.outlet.next());
    ASSERT_TRUE(block.find(ElementKind::ibb_data));
    resume(2);
    answer(block, "service-unavailable");
    answer(block, "item-not-found");
    data(1, "NOOP\n");
    EXPECT_EQ(said(), "200 OK\n200 OK\n");
}

TEST_F(UserSessionsTest, WhatTheSessionHadNotTakenComesAgain) {
    enter();
    host_->is_congested = true;
    data(0, "NOOP\n");
    data(1, "NOOP\n");
    resume(2);
    EXPECT_THAT(side_.outlet.next(), HasSubstr("<resume xmlns='urn:immp:1' seq='0'/>"));
    host_->is_congested = false;
    data(0, "NOOP\n");
    EXPECT_EQ(said(), "200 OK\n");
}

TEST_F(UserSessionsTest, ADetachedOneWaitsToBeResumed) {
    enter();
    data(0, "NOOP\n");
    refuse_block("service-unavailable");
    data(1, "NOOP\n");
    EXPECT_THAT(only_stanza(), AllOf(HasSubstr("type='wait'"), HasSubstr("<recipient-unavailable ")));
    open();
    EXPECT_THAT(only_stanza(), HasSubstr("not-acceptable"));
    EXPECT_EQ(sessions_->size(), 1u);
}

TEST_F(UserSessionsTest, NobodyElseGoesOnWithIt) {
    enter();
    sessions_->down();
    for (const auto* from :
         {"bob@a.example/immp-5f3a", "alice@a.example/other", "alice@a.example/immp-5f3a2"}) {
        resume(1, from);
        EXPECT_THAT(only_stanza(), HasSubstr("<item-not-found ")) << from;
    }
    for (const auto* from : {"alice@b.example/immp-5f3a", "alice@a.example", "immp.b.example"}) {
        resume(1, from);
        EXPECT_THAT(only_stanza(), HasSubstr("<forbidden ")) << from;
    }
    resume(1, kAlice, "c0ffee2");
    EXPECT_THAT(only_stanza(), HasSubstr("<item-not-found "));
    resume(2);
    EXPECT_THAT(only_stanza(), HasSubstr("<resume "));
}

TEST_F(UserSessionsTest, DoesNotGoOnFromWhereItNeverWas) {
    for (const auto* seq : {"", "-1", "65536", "x"}) {
        resume_at(seq);
        EXPECT_THAT(only_stanza(), HasSubstr("<bad-request ")) << seq;
    }
    enter();
    resume(2, kAlice, "c0ffee", "4096");
    EXPECT_THAT(only_stanza(), HasSubstr("<bad-request "));
    resume(5);
    const auto all = take_stanzas();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_THAT(all[0], HasSubstr("<unexpected-request "));
    EXPECT_THAT(all[1], HasSubstr("<close "));
    EXPECT_EQ(sessions_->size(), 0u);
}

TEST_F(UserSessionsTest, IsResumedOnceASecond) {
    enter();
    data(0, commands(100));
    side_.outlet.sent.clear();
    resume(2);
    EXPECT_EQ(side_.outlet.sent.size(), 5u) << "a window";
    side_.outlet.sent.clear();
    for (int time = 0; time < 100; ++time)
        resume(2);
    EXPECT_EQ(side_.outlet.sent.size(), 100u);
    EXPECT_THAT(side_.outlet.sent.back().first,
                AllOf(HasSubstr("resource-constraint"), HasSubstr("code='429'"), HasSubstr("retry='1'")));
    side_.outlet.sent.clear();
    side_.outside.now += kResumePause;
    resume(2);
    EXPECT_EQ(side_.outlet.sent.size(), 5u);
}

TEST_F(UserSessionsTest, WaitsFiveMinutesForItsClient) {
    enter();
    sessions_->down();
    side_.outside.now += bridge::kResumableFor - 1s;
    sessions_->tick();
    EXPECT_EQ(sessions_->size(), 1u);
    side_.outside.now += 1s;
    sessions_->tick();
    EXPECT_EQ(sessions_->size(), 0u);
    resume(2);
    EXPECT_THAT(only_stanza(), HasSubstr("<item-not-found "));
    EXPECT_EQ(octets_, "");
}

TEST_F(UserSessionsTest, OutlivesTheLink) {
    enter();
    sessions_->down();
    EXPECT_EQ(sessions_->size(), 1u);
    resume(2);
    EXPECT_THAT(only_stanza(), HasSubstr("<resume "));
    data(0, "NOOP\n");
    EXPECT_EQ(said(), "200 OK\n");
    sessions_->stop();
    EXPECT_EQ(sessions_->size(), 0u);
}

TEST_F(UserSessionsTest, ADetachedOneHoldsNoMoreThanItsBound) {
    enter();
    for (unsigned seq = 0; seq < 4; ++seq)
        data(seq, commands(6'000));
    sessions_->down();
    side_.outside.run_deferred();
    std::string line = side_.outside.lines.back();
    line.resize(std::min(line.find(" octets"), line.size()));
    const auto kept = bridge::parse_number(line.substr(line.rfind(' ') + 1));
    ASSERT_TRUE(kept) << line;
    EXPECT_GT(*kept, kUserHighWaterBytes / 2);
    EXPECT_LE(*kept, kUserHighWaterBytes + 5 * bridge::kMostBlockBytes);
    side_.outlet.sent.clear();
    sessions_->tick();
    side_.outside.run_deferred();
    EXPECT_TRUE(side_.outlet.sent.empty()) << "nothing is said to nobody";
}

TEST_F(UserSessionsTest, TheLongestDetachedGivesWay) {
    open("bob@a.example/x", "bobs");
    for (std::size_t number = 0; number < kUserSessionsPerAccount; ++number)
        open(kAlice, "s" + std::to_string(number));
    for (const auto* sid : {"bobs", "s3", "s7"}) {
        refuse_block("service-unavailable", sid);
        side_.outside.now += 1s;
    }
    side_.outlet.sent.clear();
    open(kAlice, "new");
    EXPECT_THAT(side_.outlet.next(), HasSubstr("type='result'"));
    EXPECT_EQ(sessions_->size(), kUserSessionsPerAccount + 1) << "not bob's, which waits longer";
    side_.outlet.sent.clear();
    resume_at("0", kAlice, "s3");
    EXPECT_THAT(only_stanza(), HasSubstr("<item-not-found "));
    resume_at("0", kAlice, "s7");
    EXPECT_THAT(side_.outlet.next(), HasSubstr("<resume "));
    side_.outlet.sent.clear();
    open(kAlice, "more");
    EXPECT_THAT(only_stanza(), HasSubstr("code='429'")) << "those that are there do not";
    resume_at("0", "bob@a.example/x", "bobs");
    EXPECT_THAT(side_.outlet.next(), HasSubstr("<resume "))
        << "an account that is full pushes nobody else out";
}

TEST_F(UserSessionsTest, WhereAllIsFullTheLongestDetachedOfAllGivesWay) {
    for (std::size_t number = 0; number < kUserSessions; ++number)
        open("user" + std::to_string(number / 16) + "@a.example/x", std::to_string(number));
    refuse_block("service-unavailable", "39");
    side_.outside.now += 1s;
    refuse_block("service-unavailable", "40");
    side_.outlet.sent.clear();
    open("user7@a.example/x", "new");
    EXPECT_THAT(side_.outlet.next(), HasSubstr("code='705'")) << "whose account is full gains nothing";
    open();
    EXPECT_THAT(side_.outlet.next(), HasSubstr("type='result'"));
    EXPECT_EQ(sessions_->size(), kUserSessions);
    side_.outlet.sent.clear();
    resume_at("0", "user2@a.example/x", "39");
    EXPECT_THAT(side_.outlet.next(), HasSubstr("<item-not-found "));
    resume_at("0", "user2@a.example/x", "40");
    EXPECT_THAT(side_.outlet.next(), HasSubstr("<resume "));
}

TEST_F(UserSessionsTest, ARefusedAccountsClientsAreAskedWhetherTheyAreThere) {
    for (std::size_t number = 0; number < kUserSessionsPerAccount; ++number)
        open(kAlice, "s" + std::to_string(number));
    take_stanzas();
    open(kAlice, "new");
    EXPECT_EQ(side_.outlet.sent.size(), kUserSessionsPerAccount + 1);
    EXPECT_THAT(side_.outlet.sent.back().first, HasSubstr("code='429'"));
    refuse_block("service-unavailable", "s5");
    side_.outlet.sent.clear();
    open(kAlice, "new");
    EXPECT_THAT(side_.outlet.next(), HasSubstr("type='result'"));
}

TEST_F(UserSessionsTest, KeepsAWindow) {
    enter();
    data(0, commands(100));
    std::size_t blocks = 0;
    for (const auto& [text, lane] : side_.outlet.sent)
        if (text.find("<data ") != std::string::npos) ++blocks;
    EXPECT_EQ(blocks, 4u);
    const std::string all = said();
    std::size_t helps = 0;
    for (std::size_t at = all.find("[AS <id>]"); at != std::string::npos; at = all.find("[AS <id>]", at + 1))
        ++helps;
    EXPECT_EQ(helps, 100u);
}

TEST_F(UserSessionsTest, ABusyServerGetsOneBlockAtATime) {
    enter();
    side_.outlet.queued = 5u << 20;
    data(0, "HELP\nHELP\nHELP\n");
    std::size_t blocks = 0;
    for (const auto& [text, lane] : side_.outlet.sent)
        if (text.find("<data ") != std::string::npos) ++blocks;
    EXPECT_EQ(blocks, 1u);
    EXPECT_THAT(said(), HasSubstr("NOOP"));
}

TEST_F(UserSessionsTest, HoldsResultsBackWhileTheDiskIsBehind) {
    enter();
    host_->is_congested = true;
    data(0, "NOOP\n");
    EXPECT_TRUE(side_.outlet.sent.empty());
    host_->is_congested = false;
    host_->resume();
    EXPECT_THAT(take_stanzas().size(), 1u);
    EXPECT_EQ(octets_, "200 OK\n");
}

TEST_F(UserSessionsTest, ClosesAClientThatWaitsForNothing) {
    enter();
    host_->is_congested = true;
    for (unsigned seq = 0; seq < 8; ++seq)
        data(seq, std::string(32'768, '\n'));
    EXPECT_TRUE(side_.outlet.sent.empty());
    data(8, "\n");
    const auto all = take_stanzas();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_THAT(all[0], HasSubstr("resource-constraint"));
    EXPECT_THAT(all[1], HasSubstr("<close "));
    EXPECT_EQ(sessions_->size(), 0u);
}

TEST_F(UserSessionsTest, IsBoundedForAnAccount) {
    for (std::size_t number = 0; number < kUserSessionsPerAccount; ++number)
        open(kAlice, "s" + std::to_string(number));
    EXPECT_EQ(sessions_->size(), kUserSessionsPerAccount);
    take_stanzas();
    open(kAlice, "more");
    EXPECT_THAT(only_stanza(),
                AllOf(HasSubstr("resource-constraint"), HasSubstr("code='429'"), HasSubstr("retry='60'")));
    open("bob@a.example/x", "s");
    EXPECT_EQ(sessions_->size(), kUserSessionsPerAccount + 1);
    take_stanzas();
    set("<close xmlns='http://jabber.org/protocol/ibb' sid='s3'/>");
    open(kAlice, "more");
    EXPECT_EQ(sessions_->size(), kUserSessionsPerAccount + 1);
}

TEST_F(UserSessionsTest, IsBoundedInAll) {
    for (std::size_t number = 0; number < kUserSessions; ++number)
        open("user" + std::to_string(number / 16) + "@a.example/x", std::to_string(number));
    EXPECT_EQ(sessions_->size(), kUserSessions);
    side_.outlet.sent.clear();
    open();
    EXPECT_THAT(only_stanza(), AllOf(HasSubstr("resource-constraint"), HasSubstr("code='705'")));
}

TEST_F(UserSessionsTest, ASilentOneIsClosedWith408) {
    enter();
    side_.outside.now += bridge::SessionLimits().idle_after_login;
    sessions_->tick();
    EXPECT_THAT(said(), HasSubstr("408 "));
    EXPECT_EQ(sessions_->size(), 0u);
}

TEST_F(UserSessionsTest, OneWhoseAccountIsRemovedIsClosedWith401) {
    enter();
    host_->ended(bridge::refusal(401, "The account was removed"));
    side_.outside.run_deferred();
    EXPECT_THAT(said(), HasSubstr("401 The account was removed"));
    EXPECT_EQ(sessions_->size(), 0u);
}

TEST_F(UserSessionsTest, AnEmptyBlockIsAnsweredAndKeepsNothingAlive) {
    enter();
    side_.outside.now += bridge::SessionLimits().idle_after_login - 1s;
    data(0, "");
    EXPECT_THAT(only_stanza(), HasSubstr("type='result' id='d0'"));
    side_.outside.now += 1s;
    sessions_->tick();
    EXPECT_THAT(said(), HasSubstr("408 "));
}

TEST_F(UserSessionsTest, AsksWhetherItsClientIsThere) {
    enter();
    side_.outside.now += kUserProbeAfter - 1s;
    sessions_->tick();
    EXPECT_TRUE(side_.outlet.sent.empty());
    side_.outside.now += 1s;
    sessions_->tick();
    sessions_->tick();
    ASSERT_EQ(side_.outlet.sent.size(), 1u);
    EXPECT_THAT(side_.outlet.sent.front().first,
                HasSubstr("<data xmlns='http://jabber.org/protocol/ibb' seq="));
    EXPECT_EQ(said(), "");
    EXPECT_EQ(sessions_->size(), 1u) << "it is there";
    side_.outside.now += kUserProbeAfter;
    sessions_->tick();
    refuse_block("service-unavailable");
    data(0, "NOOP\n");
    EXPECT_THAT(only_stanza(), HasSubstr("<recipient-unavailable ")) << "it is gone";
}

TEST_F(UserSessionsTest, ShutsDownInOrder) {
    enter();
    bool ended = false;
    sessions_->shut_down(5s, [&] { ended = true; });
    side_.outside.run_deferred();
    EXPECT_FALSE(ended);
    open("bob@a.example/x", "late");
    EXPECT_THAT(take_stanzas(), Contains(AllOf(HasSubstr("to='bob@a.example/x'"), HasSubstr("code='703'"),
                                               HasSubstr("retry='30'"))));
    EXPECT_THAT(said(), HasSubstr("703 "));
    side_.outside.run_deferred();
    EXPECT_TRUE(ended);
    EXPECT_EQ(sessions_->size(), 0u);
}

TEST_F(UserSessionsTest, ShuttingDownWaitsForNobodyWhoIsGone) {
    enter();
    sessions_->down();
    bool ended = false;
    sessions_->shut_down(5s, [&] { ended = true; });
    side_.outside.run_deferred();
    EXPECT_TRUE(ended);
    EXPECT_EQ(sessions_->size(), 0u);
}

TEST_F(UserSessionsTest, ShutsDownByForceWhereTheClientTakesNothing) {
    enter();
    bool ended = false;
    sessions_->shut_down(5s, [&] { ended = true; });
    side_.outside.now += 5s;
    sessions_->tick();
    side_.outside.run_deferred();
    EXPECT_TRUE(ended);
}

TEST_F(UserSessionsTest, AnAnswerToASessionThatIsGoneIsThrownAway) {
    open();
    set("<close xmlns='http://jabber.org/protocol/ibb' sid='c0ffee'/>");
    take_stanzas();
    admit();
    EXPECT_TRUE(side_.outlet.sent.empty());
}

/// The stanzas of a section of docs/xmpp.md: those of the client are heard, those of the component must be
/// sent.
TEST_F(UserSessionsTest, ThePagesExampleGoesAsWritten) {
    std::ostringstream whole;
    whole << std::ifstream(tests::docs_path("xmpp.md")).rdbuf();
    std::string page = whole.str();
    page = page.substr(page.find("## Users\n"));
    page.resize(page.find("\n## ", 3));
    std::vector<std::string> stanzas;
    for (std::size_t at = page.find("    <iq "); at != std::string::npos;
         at = page.find("    <iq ", at + 1)) {
        const std::size_t line_end = page.find('\n', at);
        const bool is_whole =
            page.compare(line_end - 2, 2, "/>") == 0 || page.compare(line_end - 5, 5, "</iq>") == 0;
        const std::size_t end = is_whole ? line_end : page.find("</iq>", at) + 5;
        std::string text;
        for (const char c : page.substr(at, end - at))
            if (c != '\n') text += c;
        while (text.find("> ") != std::string::npos)
            text.erase(text.find("> ") + 1, 1);
        stanzas.push_back(text.substr(4));
    }
    ASSERT_EQ(stanzas.size(), 12u);
    std::deque<std::string> ids;
    for (std::string text : stanzas) {
        if (text.find("from='immp.a.example'") == std::string::npos) {
            if (const auto star = text.find("id='*'"); star != std::string::npos) {
                ASSERT_FALSE(ids.empty());
                text.replace(star, 6, "id='" + ids.front() + "'");
                ids.pop_front();
            }
            hear(text);
            continue;
        }
        if (!asked_.empty() && text.find("id='d1'") != std::string::npos) admit();
        std::string sent = side_.outlet.next();
        // Replies of the session in between are not the example's.
        while (text.find("<data ") == std::string::npos && sent.find("<data ") != std::string::npos)
            sent = side_.outlet.next();
        std::string form = text;
        const auto head = stanza(sent).head;
        if (const auto star = form.find("id='*'"); star != std::string::npos) {
            form.replace(star, 6, "id='" + head.id + "'");
            ids.push_back(head.id);
        }
        const std::string begin = form.substr(0, form.find('*'));
        EXPECT_TRUE(sent.starts_with(begin)) << sent << "\ninstead of\n" << form;
        if (form.find('*') == std::string::npos) {
            EXPECT_EQ(sent, form);
        }
    }
}

}  // namespace
}  // namespace immp::component
