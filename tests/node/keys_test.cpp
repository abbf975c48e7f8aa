// KEY REQUEST and KEY PUBLISH, at one node and between two.
#include "armor/hex.hpp"
#include "armor/key_chain.hpp"
#include "bridge/node/key_items.hpp"
#include "bridge/node/key_ring.hpp"
#include "tests/node/house.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

/// A user with a signing key, and the records he makes.
class Author {
  public:
    explicit Author(std::string name, Time now) : name_(std::move(name)), now_(now) {}

    armor::Record make() {
        armor::RecordClaims claims;
        claims.owner = armor::Owner::kUser;
        claims.name = name_;
        claims.serial = ++serial_;
        claims.sign = pair_.open;
        claims.seal = armor::SealingPair::generate().open;
        claims.not_before = now_;
        claims.not_after = now_ + std::chrono::days(30);
        claims.previous = previous_;
        auto record = armor::Record::make(claims, pair_, former_ ? &*former_ : nullptr);
        EXPECT_TRUE(record) << record.error().text;
        previous_ = record->fingerprint();
        former_.reset();
        return std::move(*record);
    }
    void change_key() { former_ = std::exchange(pair_, armor::SigningPair::generate()); }
    /// As a new device would that lost everything.
    void forget() { *this = Author(name_, now_); }

  private:
    std::string name_;
    Time now_;
    std::uint64_t serial_ = 0;
    armor::SigningPair pair_ = armor::SigningPair::generate();
    std::optional<armor::SigningPair> former_;
    std::optional<armor::Digest> previous_;
};

class KeysTest : public TwoDomains {
  protected:
    int publish(House& house, const std::string& account, const std::string& record) {
        auto desk = house.node->make_desk();
        desk->part_octets({1, 0, record});
        const auto answer = house.ask(*desk, PublishKey{1, account, 0});
        return answer ? 201 : answer.error().code;
    }
    Answer find(House& house, const std::string& owner, bool history = false) {
        auto desk = house.node->make_desk();
        return house.ask(*desk, FindKeys{"alice@a.example", parse_imid(owner).value(), history});
    }
    static KeyRecords found(const Answer& answer) {
        EXPECT_TRUE(answer) << answer.error().text;
        return answer ? std::get<KeyRecords>(*answer) : KeyRecords{};
    }
    static int code_of(const Answer& answer) { return answer ? 0 : answer.error().code; }
    armor::Record domain_record(House& house) {
        return armor::Record::parse(as_bytes(found(find(house, house.domain)).records.back().record)).value();
    }
    Author bob_{"bob@b.example", loop_.now()};
};

TEST_F(KeysTest, ADomainGivesItsRecordsAndItsUsers) {
    const auto own = found(find(b_, "b.example", true));
    EXPECT_EQ(own.name, "b.example");
    EXPECT_EQ(own.records.size(), 1u);
    EXPECT_EQ(found(find(b_, "bob@b.example")).name, "b.example") << "no key of his own";
    EXPECT_EQ(found(find(b_, "nobody@b.example")).name, "b.example") << "who is nobody looks the same";

    const armor::Record record = bob_.make();
    EXPECT_EQ(publish(b_, "bob@b.example", record.text()), 201);
    b_.restart();
    const auto given = found(find(b_, "bob@b.example"));
    EXPECT_EQ(given.name, "bob@b.example");
    ASSERT_EQ(given.records.size(), 1u);
    EXPECT_EQ(given.records[0].fingerprint, armor::encode_hex(record.fingerprint()));
    const auto vouched = armor::Record::parse(as_bytes(given.records[0].record)).value();
    EXPECT_TRUE(armor::vouched_by(vouched, domain_record(b_)));
}

TEST_F(KeysTest, WhatIsPublishedMustFollowWhatWas) {
    const armor::Record first = bob_.make();
    EXPECT_EQ(publish(b_, "bob@b.example", first.text()), 201);
    EXPECT_EQ(publish(b_, "bob@b.example", first.text()), 409);
    EXPECT_EQ(publish(b_, "dave@b.example", bob_.make().text()), 403) << "another's name";
    EXPECT_EQ(publish(b_, "bob@b.example", "IMMP-KEY 2\n"), 400);
    EXPECT_EQ(publish(b_, "bob@b.example", std::string(5'000, 'x')), 413);
    EXPECT_EQ(publish(b_, "bob@b.example", std::string(600'000, 'x')), 413) << "no longer in memory";
    EXPECT_EQ(publish(b_, "bob@b.example", domain_record(b_).text()), 400);
    const auto vouched = first.vouched(armor::Digest{}, armor::SigningPair::generate()).value();
    EXPECT_EQ(publish(b_, "bob@b.example", vouched.text()), 400);
    std::string altered = bob_.make().text();
    altered[altered.size() - 10] = altered[altered.size() - 10] == 'A' ? 'B' : 'A';
    EXPECT_EQ(publish(b_, "bob@b.example", altered), 422);

    const armor::Record second = bob_.make();
    EXPECT_EQ(publish(b_, "bob@b.example", second.text()), 201);
    EXPECT_EQ(found(find(b_, "bob@b.example", true)).records.size(), 1u)
        << "under the same key the last one tells all";
    bob_.change_key();
    EXPECT_EQ(publish(b_, "bob@b.example", bob_.make().text()), 201);
    EXPECT_EQ(found(find(b_, "bob@b.example", true)).records.size(), 2u);
    EXPECT_EQ(found(find(b_, "bob@b.example")).records.size(), 1u);
    bob_.forget();
    EXPECT_EQ(publish(b_, "bob@b.example", bob_.make().text()), 412);
    loop_.advance(24h * 60);
    EXPECT_EQ(publish(b_, "bob@b.example", bob_.make().text()), 424);
}

TEST_F(KeysTest, WhatIsThereAlreadyIsADuplicate) {
    const armor::Record first = bob_.make();
    EXPECT_EQ(publish(b_, "bob@b.example", first.text()), 201);
    Author other = Author("bob@b.example", loop_.now());
    EXPECT_EQ(publish(b_, "bob@b.example", other.make().text()), 409) << "another under this serial";
    bob_.change_key();
    const armor::Record second = bob_.make();
    EXPECT_EQ(publish(b_, "bob@b.example", second.text()), 201);
    EXPECT_EQ(publish(b_, "bob@b.example", second.text()), 409);
    EXPECT_EQ(publish(b_, "bob@b.example", first.text()), 409) << "an earlier one of the history";
    EXPECT_EQ(publish(b_, "bob@b.example", other.make().text()), 409) << "another under the last serial";
    EXPECT_EQ(publish(b_, "bob@b.example", other.make().text()), 412) << "a later one that does not follow";
    EXPECT_EQ(publish(b_, "bob@b.example", bob_.make().text()), 201);
    EXPECT_EQ(publish(b_, "bob@b.example", second.text()), 412) << "its key's later record took its place";
}

TEST_F(KeysTest, AnotherDomainsRecordsComeThroughTheLink) {
    raise_links();
    EXPECT_EQ(found(find(a_, "b.example")).records[0].fingerprint,
              armor::encode_hex(domain_record(b_).fingerprint()));
    EXPECT_EQ(found(find(a_, "b.example", true)).records.size(), 1u);
    b_.is_reachable = false;
    EXPECT_EQ(code_of(find(a_, "b.example", true)), 720);
}

TEST_F(KeysTest, AnotherDomainsUserIsAskedForInsideBundles) {
    raise_links();
    bob_.make();
    bob_.change_key();
    const armor::Record record = bob_.make();
    EXPECT_EQ(publish(b_, "bob@b.example", record.text()), 201);
    const auto given = found(find(a_, "bob@b.example"));
    EXPECT_EQ(given.name, "bob@b.example");
    ASSERT_EQ(given.records.size(), 1u);
    EXPECT_EQ(given.records[0].fingerprint, armor::encode_hex(record.fingerprint()));
    const std::size_t pieces = wire_.pieces.size();
    EXPECT_EQ(found(find(a_, "bob@b.example")).name, "bob@b.example");
    EXPECT_EQ(wire_.pieces.size(), pieces) << "what was told is kept for a while";
    for (const auto& [from, piece] : wire_.pieces)
        EXPECT_EQ(std::string(as_text(piece.octets)).find("bob"), std::string::npos);
    EXPECT_TRUE(a_.index("alice@a.example").empty());
    EXPECT_TRUE(b_.index("bob@b.example").empty());
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0 && b_.outbox_rows() == 0; }));

    // An hour later he is asked for again, and has another record.
    const armor::Record later = bob_.make();
    EXPECT_EQ(publish(b_, "bob@b.example", later.text()), 201);
    loop_.advance(61min);
    EXPECT_EQ(found(find(a_, "bob@b.example")).records[0].fingerprint,
              armor::encode_hex(later.fingerprint()));
}

TEST_F(KeysTest, WhoHasNoKeyElsewhereHasHisDomains) {
    raise_links();
    EXPECT_EQ(found(find(a_, "bob@b.example")).name, "b.example");
    EXPECT_EQ(found(find(a_, "nobody@b.example")).name, "b.example");
}

TEST_F(KeysTest, ADomainThatDoesNotAnswerIs720AndTheRequestStays) {
    raise_links();
    EXPECT_EQ(publish(b_, "bob@b.example", bob_.make().text()), 201);
    b_.is_reachable = false;
    auto desk = a_.node->make_desk();
    std::optional<Answer> answer;
    desk->ask(FindKeys{"alice@a.example", parse_imid("bob@b.example").value(), false},
              [&answer](Answer given) { answer.emplace(std::move(given)); });
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 1; }));
    ASSERT_TRUE(loop_.advance_until(1s, [&] {
        static_cast<void>(a_.outbox_rows());
        return answer.has_value();
    }));
    EXPECT_EQ(code_of(*answer), 720);
    EXPECT_TRUE(answer->error().temporary());
    b_.is_reachable = true;
    ASSERT_TRUE(loop_.advance_until(10s, [&] { return a_.outbox_rows() == 0 && b_.outbox_rows() == 0; }));
    EXPECT_EQ(found(find(a_, "bob@b.example")).name, "bob@b.example");
}

TEST_F(KeysTest, KeysOfUsersAreRationedByOrigin) {
    for (int i = 0; i < 60; ++i)
        EXPECT_EQ(code_of(find(b_, "nobody" + std::to_string(i) + "@b.example")), 0);
    const auto refused = find(b_, "bob@b.example");
    EXPECT_EQ(code_of(refused), 429);
    EXPECT_EQ(refused.error().retry, 60s);
    EXPECT_EQ(code_of(find(b_, "b.example")), 0) << "a domain's tells nothing";
    auto desk = b_.node->make_desk();
    EXPECT_TRUE(b_.ask(*desk, FindKeys{"dave@b.example", parse_imid("bob@b.example").value(), false}));
    loop_.advance(60s);
    EXPECT_EQ(code_of(find(b_, "bob@b.example")), 0);
}

/// Key items as another domain might make them.
class KeyItemTest : public KeysTest {
  protected:
    /// The code of the only outcome.
    int file(const std::string& from, const std::string& recipient, const std::string& subject,
             const std::vector<std::pair<std::string, std::string>>& parts) {
        IncomingMail mail;
        Envelope& envelope = mail.inner.message.envelope;
        envelope.kind = Kind::key;
        envelope.id = armor::random_uuid();
        envelope.from = from;
        envelope.subject = subject;
        envelope.date = loop_.now();
        mail.inner.recipients = {recipient};
        for (const auto& [type, octets] : parts) {
            mail.inner.message.parts.push_back({"p" + std::to_string(mail.bodies.size()),
                                                type,
                                                PartClass::attachment,
                                                octets.size(),
                                                0,
                                                {}});
            mail.bodies.push_back({std::make_shared<StagedState>(), octets, octets.size(), {}});
        }
        auto filed = a_.in_store<Filed>([&](Transaction& transaction) -> Result<Filed> {
            auto keys = keep_keys(transaction, "a.example", loop_.now());
            if (!keys) return std::unexpected(keys.error());
            return file_key_item(transaction, services_, **keys, ration_, "b.example", mail, news_);
        });
        EXPECT_TRUE(filed) << filed.error().text;
        return filed ? filed->outcomes.at(0).code : 0;
    }
    void ask_for(const std::string& user) {
        ASSERT_TRUE(a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
            auto done = transaction.user_keys().note_asked(user, loop_.now());
            if (!done) return std::unexpected(done.error());
            return Done{};
        }));
    }

    KeyRation ration_{100};
    KeyNews news_;
    NodeServices services_{.domain = "a.example",
                           .owner = "test",
                           .limits = {},
                           .store = *a_.store,
                           .workers = *a_.workers,
                           .now = [this] { return loop_.now(); },
                           .uuid = [] { return armor::random_uuid(); },
                           .chance = [] { return 0.5; },
                           .post = {},
                           .after = {},
                           .log = {}};
};

TEST_F(KeyItemTest, IsTakenOnlyInItsForm) {
    const std::string type(kKeyType);
    const std::string request(kKeyRequestType);
    const std::string asker = "mailer-daemon@a.example";
    ask_for("bob@b.example");
    const std::string record =
        bob_.make().vouched(domain_record(b_).fingerprint(), armor::SigningPair::generate())->text();
    EXPECT_EQ(file("b.example", "alice@a.example", "", {{request, ""}}), 200);
    EXPECT_TRUE(news_.has_answered);
    EXPECT_EQ(file("b.example", asker, "bob@b.example", {{type, record}}), 200);
    EXPECT_EQ(news_.told, std::vector<std::string>{"bob@b.example"});

    EXPECT_EQ(file("bob@b.example", "alice@a.example", "", {{request, ""}}), 452) << "not the domain";
    EXPECT_EQ(file("c.example", "alice@a.example", "", {{request, ""}}), 452) << "another domain";
    EXPECT_EQ(file("b.example", "alice@b.example", "", {{request, ""}}), 452) << "of another domain";
    EXPECT_EQ(file("b.example", "a.example", "", {{request, ""}}), 451);
    EXPECT_EQ(file("b.example", "alice@a.example", "", {{request, "x"}}), 452) << "not empty";
    EXPECT_EQ(file("b.example", "alice@a.example", "bob@b.example", {{type, record}}), 452)
        << "not the asker";
    EXPECT_EQ(file("b.example", asker, "dave@b.example", {{type, record}}), 452) << "nobody asked";
    ask_for("dave@b.example");
    EXPECT_EQ(file("b.example", asker, "dave@b.example", {{type, record}}), 452) << "another's record";
    ask_for("erin@c.example");
    EXPECT_EQ(file("b.example", asker, "erin@c.example", {{type, record}}), 452) << "of a third domain";
    EXPECT_EQ(file("b.example", asker, "bob@b.example", {{type, "no record"}}), 452);
    EXPECT_EQ(file("b.example", asker, "bob@b.example", {{type, bob_.make().text()}}), 452)
        << "without a word";
    EXPECT_EQ(file("b.example", asker, "bob@b.example", {{"text/plain", record}}), 452);
    EXPECT_EQ(news_.told.size(), 1u);
    EXPECT_EQ(file("b.example", asker, "bob@b.example", {{type, ""}}), 200) << "he has none any more";
}

TEST_F(KeysTest, AWordThatIsNotTheDomainsIsNotGivenOn) {
    raise_links();
    const std::string forged =
        bob_.make().vouched(domain_record(b_).fingerprint(), armor::SigningPair::generate())->text();
    ASSERT_TRUE(a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
        auto done = transaction.user_keys().note_asked("bob@b.example", loop_.now());
        if (done) done = transaction.user_keys().note_told("bob@b.example", {forged}, loop_.now());
        if (!done) return std::unexpected(done.error());
        return Done{};
    }));
    EXPECT_EQ(code_of(find(a_, "bob@b.example")), 422);
}

}  // namespace
}  // namespace immp::bridge
