// SET at the node: compressed answers, RETENTION, VACATION, LANGUAGE; and rates.
#include "bridge/mail/settings.hpp"

#include "bridge/node/housekeeping.hpp"
#include "tests/node/house.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

class SettingsOfAccounts : public TwoDomains {
  protected:
    void set(House& house, const std::string& account, std::string_view name, const std::string& value) {
        auto answer = house.ask(*house.node->make_desk(), ChangeSetting{account, {std::string(name), value}});
        ASSERT_TRUE(answer) << answer.error().text;
    }
    void send(House& house, const std::string& from, const std::string& to, const std::string& subject) {
        auto answer = house.submit(mail(from, {to}, subject), {"text"});
        ASSERT_TRUE(answer) << answer.error().text;
    }
    /// What crosses the link needs no clock: one that runs ahead of the disk makes it late.
    bool arrives_at(House& house, const std::string& account, std::size_t count) {
        return loop_.run_until([&] { return house.index(account).size() == count; });
    }
    /// An answer lies in the outbox until the next look at it; looks and housekeeping run with the clock.
    bool comes_to(House& house, const std::string& account, const std::string& folder, std::size_t count) {
        return loop_.advance_until(15s, [&] {
            // Writes are waited for, or the hours run ahead of the disk.
            static_cast<void>(a_.outbox_rows() + b_.outbox_rows());
            return house.index(account, folder).size() == count;
        });
    }
};

std::string unpack(Compression compression, std::string_view stream) {
    Unpacker unpacker(compression);
    unpacker.announce(stream.size());
    std::string octets;
    while (!stream.empty() || unpacker.has_more())
        octets += unpacker.next(stream).value();
    EXPECT_TRUE(unpacker.ended());
    return octets;
}

TEST_F(SettingsOfAccounts, AnAnswerIsOneStreamOfTheLengthThatWasTold) {
    std::string text;
    for (int i = 0; i < 60'000; ++i)
        text += "line " + std::to_string(i * 7919 % 10'007) + "\n";
    auto submitted = a_.submit(mail("alice@a.example", {"carol@a.example"}, "packed"), {text});
    ASSERT_TRUE(submitted);
    const std::string uuid = a_.index("carol@a.example").front().id;
    for (const auto compression : {Compression::gzip, Compression::bzip2, Compression::xzip}) {
        auto desk = a_.node->make_desk();
        FetchMessage fetch{"carol@a.example", "/INBOX", uuid, FetchForm::part, "body", false, false,
                           compression};
        auto answer = a_.ask(*desk, fetch);
        ASSERT_TRUE(answer) << answer.error().text;
        const auto& fetched = std::get<Fetched>(*answer);
        EXPECT_EQ(fetched.type, "text/plain; charset=utf-8");
        const std::string stream = a_.pull_all(*desk, fetched.source);
        EXPECT_EQ(stream.size(), fetched.source->length());
        EXPECT_LT(stream.size(), text.size() / 2);
        EXPECT_TRUE(unpack(compression, stream) == text);
    }
}

TEST_F(SettingsOfAccounts, WhatIsTakenByALeaseIsPackedToo) {
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"carol@a.example"}, "packed"), {"text"}));
    const std::string uuid = a_.index("carol@a.example").front().id;
    auto desk = a_.node->make_desk();
    auto answer = a_.ask(*desk, FetchMessage{"carol@a.example", "/INBOX", uuid, FetchForm::part, "body",
                                             false, true, Compression::gzip});
    ASSERT_TRUE(answer) << answer.error().text;
    const auto& fetched = std::get<Fetched>(*answer);
    EXPECT_EQ(fetched.lease.size(), 32u);
    EXPECT_GT(fetched.ttl.count(), 0);
    EXPECT_EQ(unpack(Compression::gzip, a_.pull_all(*desk, fetched.source)), "text");
    EXPECT_TRUE(a_.index("carol@a.example").empty());
}

TEST_F(SettingsOfAccounts, CompressedAnswersAtOnceAreBounded) {
    ASSERT_TRUE(a_.submit(mail("alice@a.example", {"carol@a.example"}, "packed"), {"text"}));
    const std::string uuid = a_.index("carol@a.example").front().id;
    auto desk = a_.node->make_desk();
    const FetchMessage fetch{"carol@a.example", "/INBOX", uuid, FetchForm::mime, "", false, false,
                             Compression::xzip};
    std::vector<Answer> held;
    for (std::size_t i = 0; i < kSessionCodecs; ++i) {
        held.push_back(a_.ask(*desk, fetch));
        ASSERT_TRUE(held.back());
    }
    auto refused = a_.ask(*desk, fetch);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, 429);
    EXPECT_TRUE(refused.error().retry);
    held.clear();
    EXPECT_TRUE(a_.ask(*desk, fetch)) << "a seat came back";
}

TEST_F(SettingsOfAccounts, RetentionRemovesWhatIsOld) {
    send(a_, "alice@a.example", "carol@a.example", "old");
    set(a_, "carol@a.example", kRetentionSetting, "3");
    loop_.advance(std::chrono::days(2));
    send(a_, "alice@a.example", "carol@a.example", "new");
    ASSERT_EQ(a_.index("carol@a.example").size(), 2u);
    loop_.advance(std::chrono::days(1) + 1h);
    ASSERT_TRUE(comes_to(a_, "carol@a.example", "/INBOX", 1));
    EXPECT_EQ(a_.index("carol@a.example").front().subject, "new");
    EXPECT_EQ(a_.index("alice@a.example", "/SENT").size(), 2u) << "hers has no RETENTION";
}

TEST_F(SettingsOfAccounts, VacationAnswersOncePerSenderAndPeriod) {
    set(a_, "carol@a.example", kVacationSetting, "Back on Monday.");
    set(a_, "carol@a.example", kVacationDaysSetting, "2");
    send(a_, "alice@a.example", "carol@a.example", "first");
    send(a_, "alice@a.example", "carol@a.example", "second");
    auto answers = a_.index("alice@a.example");
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].from, "carol@a.example");
    EXPECT_EQ(answers[0].subject, "Away: first");
    EXPECT_EQ(a_.fetch("alice@a.example", answers[0].id, FetchForm::part, "answer.txt"), "Back on Monday.");
    EXPECT_EQ(a_.index("carol@a.example").size(), 2u) << "no answer to the sender is filed here";
    loop_.advance(std::chrono::days(2));
    send(a_, "alice@a.example", "carol@a.example", "third");
    EXPECT_EQ(a_.index("alice@a.example").size(), 2u);
    set(a_, "carol@a.example", kVacationSetting, "");
    loop_.advance(std::chrono::days(3));
    send(a_, "alice@a.example", "carol@a.example", "fourth");
    EXPECT_EQ(a_.index("alice@a.example").size(), 2u) << "she is back";
}

TEST_F(SettingsOfAccounts, TwoWhoAreAwayDoNotWriteToEachOtherForEver) {
    raise_links();
    set(a_, "alice@a.example", kVacationSetting, "Alice is away.");
    set(b_, "bob@b.example", kVacationSetting, "Bob is away.");
    send(a_, "alice@a.example", "bob@b.example", "hello");
    ASSERT_TRUE(arrives_at(b_, "bob@b.example", 1));
    ASSERT_TRUE(comes_to(a_, "alice@a.example", "/INBOX", 1));
    EXPECT_EQ(a_.index("alice@a.example").front().subject, "Away: hello");
    EXPECT_EQ(a_.outbox_rows(), 0u) << "no answer to the answer";
    ASSERT_TRUE(loop_.run_until([&] { return b_.outbox_rows() == 0; }));
    EXPECT_EQ(b_.index("bob@b.example").size(), 1u) << "an answer is not answered";
}

TEST_F(SettingsOfAccounts, AnAnswerThatIsRefusedBouncesToNobody) {
    raise_links();
    set(b_, "bob@b.example", kVacationSetting, "Bob is away.");
    auto blocked = a_.ask(
        *a_.node->make_desk(),
        AddBlock{"alice@a.example", {"bob@b.example", BlockAction::reject, "", loop_.now(), std::nullopt}});
    ASSERT_TRUE(blocked);
    send(a_, "alice@a.example", "bob@b.example", "hello");
    ASSERT_TRUE(arrives_at(b_, "bob@b.example", 1));
    ASSERT_EQ(b_.outbox_rows(), 1u);
    ASSERT_TRUE(loop_.advance_until(15s, [&] { return b_.outbox_rows() == 0; }));
    EXPECT_EQ(b_.index("bob@b.example").size(), 1u);
    EXPECT_TRUE(a_.index("alice@a.example").empty());
}

TEST_F(SettingsOfAccounts, ABounceIsInTheSendersLanguage) {
    raise_links();
    set(a_, "alice@a.example", kLanguageSetting, "de-ch");
    send(a_, "alice@a.example", "nobody@b.example", "hello");
    ASSERT_TRUE(arrives_at(a_, "alice@a.example", 1));
    const auto bounce = a_.index("alice@a.example").front();
    EXPECT_TRUE(bounce.subject.starts_with("Undelivered: nobody@b.example"));
    EXPECT_NE(a_.fetch("alice@a.example", bounce.id, FetchForm::part, "notice.txt").find("nicht zugestellt"),
              std::string::npos);
}

TEST(RateMeter, GivesBackEvenly) {
    RateMeter meter({4, 60s});
    const Time now{std::chrono::seconds(1'000'000)};
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(meter.take("alice", 1, now), std::nullopt);
    EXPECT_EQ(meter.take("alice", 1, now), 15s);
    EXPECT_EQ(meter.take("bob", 1, now), std::nullopt) << "each has his own";
    EXPECT_EQ(meter.take("alice", 1, now + 14s), 1s);
    EXPECT_EQ(meter.take("alice", 1, now + 15s), std::nullopt);
    EXPECT_EQ(meter.take("alice", 2, now + 30s), 15s);
    EXPECT_EQ(meter.take("carol", 10, now), std::nullopt) << "more than all at once, when nothing is used up";
    EXPECT_EQ(meter.take("carol", 1, now + 60s), 45s) << "and then they wait for it";
    RateMeter none({0, 60s});
    for (int i = 0; i < 1'000; ++i)
        EXPECT_EQ(none.take("alice", 100, now), std::nullopt);
}

}  // namespace
}  // namespace immp::bridge
