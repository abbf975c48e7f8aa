// DEVICE ADD at the node: a name gets a secret once, and no other device's is put out by it.
#include <algorithm>

#include "tests/node/house.hpp"

namespace immp::bridge {
namespace {

class Devices : public TwoDomains {
  protected:
    Devices() { a_.set_password("alice@a.example"); }

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
    /// A session of this account, and where it hears of its end.
    struct Entered {
        std::unique_ptr<SessionHost> desk;
        std::shared_ptr<std::vector<Error>> ends = std::make_shared<std::vector<Error>>();
    };
    Entered entered(Request login) {
        Entered session{a_.node->make_desk()};
        session.desk->on_login_ended([ends = session.ends](Error why) { ends->push_back(std::move(why)); });
        EXPECT_TRUE(a_.ask(*session.desk, std::move(login)));
        return session;
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
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(), a_.login("alice@a.example", "phone")));
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

TEST_F(Devices, WhatIsRevokedEndsItsSessions) {
    ASSERT_TRUE(add("phone"));
    ASSERT_TRUE(add("tablet"));
    const auto phone = entered(a_.login("alice@a.example", "phone"));
    const auto gone = entered(a_.login("alice@a.example", "phone")).ends;  // its session is over
    const auto tablet = entered(a_.login("alice@a.example", "tablet"));
    const auto with_password = entered(a_.login("alice@a.example", "laptop"));
    a_.set_password("carol@a.example");
    const auto carols = entered(a_.login("carol@a.example", "phone"));
    bool is_answered_first = false;
    phone.desk->ask(RevokeDevice{"alice@a.example", "phone"},
                    [&](const Answer& answer) { is_answered_first = answer && phone.ends->empty(); });
    ASSERT_TRUE(loop_.run_until([&] { return phone.ends->size() == 1; }));
    EXPECT_EQ(phone.ends->front().code, 401);
    EXPECT_TRUE(is_answered_first);
    EXPECT_EQ(gone->size() + tablet.ends->size() + with_password.ends->size() + carols.ends->size(), 0u);
}

// Whoever has a challenge may answer it much later.
TEST_F(Devices, WhatWasRevokedSinceItsChallengeLetsNobodyIn) {
    ASSERT_TRUE(add("phone"));
    RecordLogin first = a_.login("alice@a.example", "phone");
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(), RevokeDevice{"alice@a.example", "phone"}));
    RecordLogin again{first.account, first.device, first.proved.clone()};
    EXPECT_EQ(a_.ask(*a_.node->make_desk(), std::move(first)).error().code, 402);
    ASSERT_TRUE(add("phone"));
    EXPECT_EQ(a_.ask(*a_.node->make_desk(), std::move(again)).error().code, 402) << "another secret";
}

TEST_F(Devices, AnAccountMadeAnewIsNotOpenedByItsFormerPassword) {
    RecordLogin former = a_.login("alice@a.example", "");
    a_.remove_account("alice@a.example");
    a_.add_account("alice@a.example");
    armor::ScramKeys other;
    std::ranges::fill(other.stored_key.fill(), 7);
    a_.set_password("alice@a.example", other);
    EXPECT_TRUE(a_.ask(*a_.node->make_desk(), a_.login("alice@a.example", "")));
    EXPECT_EQ(a_.ask(*a_.node->make_desk(), std::move(former)).error().code, 402);
}

TEST_F(Devices, ARemovedAccountsSessionsEnd) {
    const auto alice = entered(a_.login("alice@a.example", ""));
    const auto through_xmpp = entered(AdmitUser{"carol@a.example"});
    a_.remove_account("alice@a.example");
    a_.add_account("alice@a.example");
    a_.set_password("alice@a.example");
    const auto anew = entered(a_.login("alice@a.example", ""));
    a_.node->on_administered();
    ASSERT_TRUE(loop_.run_until([&] { return !alice.ends->empty(); }));
    EXPECT_EQ(alice.ends->front().code, 401);
    a_.remove_account("carol@a.example");
    a_.node->on_administered();
    ASSERT_TRUE(loop_.run_until([&] { return !through_xmpp.ends->empty(); }));
    EXPECT_TRUE(anew.ends->empty()) << "the account of that name is another";
}

}  // namespace
}  // namespace immp::bridge
