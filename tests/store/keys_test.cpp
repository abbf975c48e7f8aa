#include <fstream>

#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

OwnKey make_key(std::uint64_t serial, std::uint8_t fill) {
    OwnKey key;
    key.serial = serial;
    key.record = "IMMP-KEY 1\n{}\nsig\n";
    std::ranges::fill(key.sign_seed.fill(), fill);
    std::ranges::fill(key.next_sign_seed.fill(), static_cast<std::uint8_t>(fill + 1));
    std::ranges::fill(key.seal_secret.fill(), static_cast<std::uint8_t>(fill + 2));
    key.made = at(static_cast<std::int64_t>(serial));
    return key;
}

class KeysTest : public StoreTest {
  protected:
    std::vector<OwnKey> own() {
        return value_of(read([](Transaction& tables) { return tables.keys().own(); }));
    }
    Result<void> add(const OwnKey& key) {
        return write([&](Transaction& tables) { return tables.keys().add_own(key); });
    }
    Result<void> retire(std::uint64_t serial) {
        return write([&](Transaction& tables) { return tables.keys().retire_own(serial, at(99)); });
    }
    Result<void> wipe(std::uint64_t serial) {
        return write([&](Transaction& tables) { return tables.keys().wipe_own(serial); });
    }
    /// Where the store's files hold these octets.
    std::vector<std::string> files_with(const std::string& octets) {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(directory_.path("store"))) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string content{std::istreambuf_iterator<char>(file), {}};
            if (content.find(octets) != std::string::npos) names.push_back(entry.path().filename());
        }
        return names;
    }
};

TEST_F(KeysTest, GenerationsComeBackOldestFirst) {
    EXPECT_TRUE(own().empty());
    value_of(add(make_key(2, 20)));
    value_of(add(make_key(1, 10)));
    EXPECT_EQ(code_of(add(make_key(2, 30))), 409);
    value_of(retire(1));
    EXPECT_EQ(code_of(retire(7)), 404);
    reopen();

    const auto keys = own();
    ASSERT_EQ(keys.size(), 2U);
    EXPECT_EQ(keys[0].serial, 1U);
    EXPECT_EQ(keys[0].record, "IMMP-KEY 1\n{}\nsig\n");
    EXPECT_EQ(keys[0].made, at(1));
    EXPECT_EQ(keys[0].retired, at(99));
    EXPECT_EQ(keys[1].retired, std::nullopt);
    EXPECT_TRUE(keys[1].sign_seed.equal(make_key(2, 20).sign_seed.view()));
    EXPECT_TRUE(keys[1].next_sign_seed.equal(make_key(2, 20).next_sign_seed.view()));
    EXPECT_TRUE(keys[1].seal_secret.equal(make_key(2, 20).seal_secret.view()));
}

TEST_F(KeysTest, AWipedSecretIsInNoFileAnyMore) {
    const std::string secret(32, 0x5c);
    value_of(add(make_key(1, 0x5a)));
    value_of(add(make_key(2, 0x11)));
    EXPECT_FALSE(files_with(secret).empty()) << "else this test sees nothing";

    EXPECT_EQ(code_of(wipe(1)), 404) << "it is in use";
    value_of(retire(1));
    value_of(wipe(1));
    EXPECT_EQ(code_of(wipe(7)), 404);
    // The checkpoint comes behind the reply: another write is behind both.
    value_of(retire(1));
    EXPECT_EQ(files_with(secret), std::vector<std::string>{});
    const auto keys = own();
    EXPECT_TRUE(keys[0].seal_secret.equal(armor::SecretBytes<32>().view()));
    EXPECT_FALSE(keys[0].sign_seed.equal(armor::SecretBytes<32>().view()));
    EXPECT_TRUE(keys[1].seal_secret.equal(make_key(2, 0x11).seal_secret.view()));
}

TEST_F(KeysTest, PinsAreKeptByDomain) {
    const auto pin = [&](std::string_view domain) {
        return value_of(read([&](Transaction& tables) { return tables.keys().pin(domain); }));
    };
    const auto save = [&](const Pin& value) {
        value_of(write([&](Transaction& tables) { return tables.keys().save_pin(value); }));
    };
    EXPECT_FALSE(pin("b.example"));
    Pin saved{"b.example", "record", "", PinState::trusted, at(1), at(2), false};
    save(saved);
    saved.offered = "another record";
    saved.state = PinState::changed;
    saved.changed = at(3);
    saved.confirmed = true;
    save(saved);
    save({"a.example", "its record", "", PinState::trusted, at(4), at(4), false});
    reopen();

    const Pin found = pin("b.example").value();
    EXPECT_EQ(found.domain, "b.example");
    EXPECT_EQ(found.record, "record");
    EXPECT_EQ(found.offered, "another record");
    EXPECT_EQ(found.state, PinState::changed);
    EXPECT_EQ(found.first_seen, at(1));
    EXPECT_EQ(found.changed, at(3));
    EXPECT_TRUE(found.confirmed);
    const auto pins = value_of(read([](Transaction& tables) { return tables.keys().pins(); }));
    ASSERT_EQ(pins.size(), 2U);
    EXPECT_EQ(pins[0].domain, "a.example");
    EXPECT_EQ(pins[1].domain, "b.example");
}

}  // namespace
}  // namespace immp::bridge
