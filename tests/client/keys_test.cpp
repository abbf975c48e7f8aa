// Own keys and pins: what is stored is what is read, and a pin gives way only to what follows from it.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "bridge/client/key_backup.hpp"
#include "bridge/client/own_keys.hpp"
#include "bridge/client/pins.hpp"
#include "tests/support/temporary_folder.hpp"

namespace immp::bridge::client {
namespace {

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'800'000'000)};
constexpr std::chrono::days kYear{365};

OwnKey first_key(const std::string& account = "alice@a.example") {
    return make_key(account, nullptr, kNow, kYear);
}

KeyRing ring_of(OwnKey key) {
    KeyRing ring;
    ring.push_back(std::move(key));
    return ring;
}

TEST(OwnKeys, AreKeptWithTheirSecrets) {
    const test::TemporaryFolder folder;
    OwnKeys keys(folder.path("home"));
    EXPECT_TRUE(keys.of("alice@a.example")->empty());
    OwnKey first = first_key();
    OwnKey second = make_key("alice@a.example", &first, kNow, kYear);
    const auto secret = second.seal.secret.clone();
    const auto fingerprint = second.record.fingerprint();
    ASSERT_TRUE(keys.add(ring_of(std::move(second))));
    ASSERT_TRUE(keys.add(ring_of(std::move(first))));
    ASSERT_TRUE(keys.add(ring_of(first_key("carol@a.example"))));
    const auto ring = keys.of("alice@a.example");
    ASSERT_EQ(ring->size(), 2U);
    EXPECT_EQ(ring->front().record.claims().serial, 1U);
    EXPECT_EQ(ring->back().record.fingerprint(), fingerprint);
    EXPECT_TRUE(ring->back().seal.secret.equal(secret.view()));
    EXPECT_EQ(current_key(*ring), nullptr) << "none is published";
    struct stat status{};
    ASSERT_EQ(::stat(folder.path("home/keys").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(OwnKeys, StayPublished) {
    const test::TemporaryFolder folder;
    OwnKeys keys(folder.path("home"));
    ASSERT_TRUE(keys.add(ring_of(first_key())));
    auto ring = keys.of("alice@a.example");
    ring->front().published = true;
    ASSERT_TRUE(keys.add(std::move(*ring)));
    ring = keys.of("alice@a.example");
    ASSERT_NE(current_key(*ring), nullptr);
    ring->front().published = false;
    ASSERT_TRUE(keys.add(std::move(*ring)));
    ring = keys.of("alice@a.example");
    EXPECT_NE(current_key(*ring), nullptr);
}

TEST(OwnKeys, TwoOfOneNumberAreRefused) {
    const test::TemporaryFolder folder;
    OwnKeys keys(folder.path("home"));
    ASSERT_TRUE(keys.add(ring_of(first_key())));
    const auto refused = keys.add(ring_of(first_key()));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, ExitStatus::bad_input);
    EXPECT_EQ(keys.of("alice@a.example")->size(), 1U);
}

TEST(Backup, OpensWithItsPassphraseOnly) {
    const KeyRing ring = ring_of(first_key());
    const armor::SecretText passphrase(std::string("correct horse"));
    const auto text = write_backup(ring, passphrase);
    ASSERT_TRUE(text);
    const auto read = read_backup(*text, passphrase);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->front().record, ring.front().record);
    EXPECT_EQ(read_backup(*text, armor::SecretText(std::string("battery"))).error().status,
              ExitStatus::credentials);
    std::string flipped = *text;
    flipped[flipped.size() - 10] = flipped[flipped.size() - 10] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(read_backup(flipped, passphrase));
}

TEST(Backup, OtherFormsAreNone) {
    const armor::SecretText passphrase(std::string("correct horse"));
    const std::string salt = "AAECAwQFBgcICQoLDA0ODw==";
    const auto text = [&](const std::string& json) { return "IMMP-BACKUP 1\n" + json + "\nAAAA\n"; };
    for (const std::string& bad :
         {std::string(), std::string("IMMP-BACKUP 2\n{}\nAAAA\n"), std::string("IMMP-BACKUP 1\n{}\n"),
          text("{}"), text(R"({"memory":1,"passes":3,"salt":")" + salt + "\"}"),
          text(R"({"memory":4294967296,"passes":3,"salt":")" + salt + "\"}"),
          text(R"({"memory":262144,"passes":3,"salt":"AAAA"})"),
          text(R"({"memory":262144,"passes":3,"salt":")" + salt + "\"}") + "\n"}) {
        const auto read = read_backup(bad, passphrase);
        ASSERT_FALSE(read) << bad;
        EXPECT_EQ(read.error().status, ExitStatus::bad_input) << bad;
    }
}

TEST(Pins, GiveWayOnlyToWhatFollows) {
    const OwnKey first = first_key();
    const OwnKey second = make_key("alice@a.example", &first, kNow, kYear);
    const OwnKey third = make_key("alice@a.example", &second, kNow, kYear);
    const OwnKey strange = first_key();
    const auto judged = [](std::optional<Pin> pin, std::vector<armor::Record> chain) {
        return judge_key("bob@b.example", "alice@a.example", std::move(pin), std::move(chain));
    };
    EXPECT_EQ(judged({}, {}).state, KeyState::none);
    const auto seen = judged({}, {first.record});
    ASSERT_EQ(seen.state, KeyState::first);
    EXPECT_EQ(judged(seen.pin, {first.record}).state, KeyState::known);
    EXPECT_EQ(judged(seen.pin, {}).state, KeyState::withdrawn);

    const auto renewed = judged(seen.pin, {first.record, second.record, third.record});
    ASSERT_EQ(renewed.state, KeyState::renewed);
    EXPECT_EQ(renewed.pin->record().fingerprint(), third.record.fingerprint());
    EXPECT_TRUE(renewed.pin->knows(second.record.fingerprint()));
    EXPECT_EQ(judged(renewed.pin, {first.record, second.record}).state, KeyState::known) << "an older answer";

    EXPECT_EQ(judged(seen.pin, {third.record}).state, KeyState::changed) << "a step is missing";
    const auto changed = judged(seen.pin, {strange.record});
    ASSERT_EQ(changed.state, KeyState::changed);
    EXPECT_EQ(changed.pin->record().fingerprint(), first.record.fingerprint());
    EXPECT_EQ(changed.offered->fingerprint(), strange.record.fingerprint());
}

TEST(Pins, AreKeptForEachAccount) {
    const test::TemporaryFolder folder;
    Pins pins(folder.path("home"));
    const OwnKey alice = first_key();
    ASSERT_TRUE(pins.save({"bob@b.example", "alice@a.example", {alice.record}, false}));
    ASSERT_TRUE(pins.save({"dave@b.example", "alice@a.example", {first_key().record}, false}));
    ASSERT_TRUE(pins.save({"bob@b.example", "alice@a.example", {alice.record}, true}));
    EXPECT_EQ(pins.list("bob@b.example")->size(), 1U);
    const auto found = pins.find("bob@b.example", "alice@a.example");
    ASSERT_TRUE(found && *found);
    EXPECT_TRUE((*found)->compared);
    EXPECT_EQ((*found)->record(), alice.record);
    EXPECT_FALSE(*pins.find("bob@b.example", "carol@a.example"));
}

TEST(Fingerprints, AreReadInGroups) {
    armor::Digest digest{};
    digest[0] = 0x12;
    digest[1] = 0xab;
    EXPECT_EQ(fingerprint_groups(digest).substr(0, 14), "12ab 0000 0000");
    EXPECT_EQ(fingerprint_groups(digest).size(), 79U);
}

}  // namespace
}  // namespace immp::bridge::client
