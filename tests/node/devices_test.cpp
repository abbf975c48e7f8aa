// DEVICE ADD at the node: a name gets a secret once, and no other device's is put out by it.
#include "tests/node/house.hpp"

namespace immp::bridge {
namespace {

class Devices : public TwoDomains {
  protected:
    Answer add(const std::string& device, const std::string& account = "alice@a.example") {
        return a_.ask(*a_.node->make_desk(), AddDevice{account, device});
    }
    /// The StoredKey of what a login as this device must prove, and whether it is the device's own.
    std::pair<std::string, bool> credential(const std::string& device) {
        auto answer = a_.ask(*a_.node->make_desk(), LookUpCredential{"alice@a.example", device});
        EXPECT_TRUE(answer);
        const auto& found = std::get<Credential>(*answer);
        const auto key = found.keys.stored_key.view();
        return {std::string(key.begin(), key.end()), found.of_device};
    }
    DeviceList list() {
        auto answer = a_.ask(*a_.node->make_desk(), ListDevices{"alice@a.example"});
        EXPECT_TRUE(answer);
        return std::get<DeviceList>(*answer);
    }
};

TEST_F(Devices, ANameThatHasASecretKeepsIt) {
    ASSERT_TRUE(add("phone"));
    const auto before = credential("phone");
    EXPECT_TRUE(before.second);
    const Answer again = add("phone");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, 409);
    EXPECT_FALSE(again.error().temporary());
    EXPECT_EQ(credential("phone"), before);
    EXPECT_EQ(list().size(), 1u);
    EXPECT_TRUE(add("Phone")) << "another name";
    EXPECT_TRUE(add("phone", "carol@a.example")) << "another account's";
    EXPECT_EQ(credential("phone"), before);
}

TEST_F(Devices, OfTwoAtOnceOneGetsIt) {
    const auto desk = a_.node->make_desk();
    std::vector<Answer> answers;
    for (int i = 0; i < 2; ++i)
        desk->ask(AddDevice{"alice@a.example", "phone"},
                  [&](Answer answer) { answers.push_back(std::move(answer)); });
    ASSERT_TRUE(loop_.run_until([&] { return answers.size() == 2; }));
    EXPECT_NE(answers[0].has_value(), answers[1].has_value());
    EXPECT_EQ((answers[0] ? answers[1] : answers[0]).error().code, 409);
}

TEST_F(Devices, ANameOfPasswordLoginsGetsItsFirst) {
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(), RecordLogin{"alice@a.example", "phone"}));
    EXPECT_FALSE(credential("phone").second);
    ASSERT_TRUE(add("phone"));
    EXPECT_TRUE(credential("phone").second);
    ASSERT_EQ(list().size(), 1u);
    EXPECT_TRUE(list().front().own_secret);
    EXPECT_TRUE(list().front().last_seen) << "what was known of it stays";
}

TEST_F(Devices, ARevokedNameMayBeGivenAgain) {
    ASSERT_TRUE(add("phone"));
    const auto before = credential("phone");
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(), RevokeDevice{"alice@a.example", "phone"}));
    ASSERT_TRUE(add("phone"));
    EXPECT_NE(credential("phone").first, before.first);
    EXPECT_EQ(add("phone").error().code, 409);
}

}  // namespace
}  // namespace immp::bridge
