// Who may have a session through XMPP (docs/protocol.md, 7).
#include "bridge/node/xmpp_entrance.hpp"

#include "bridge/mail/settings.hpp"
#include "tests/node/house.hpp"

namespace immp::bridge {
namespace {

class XmppEntrance : public TwoDomains {
  protected:
    Answer admit(const std::string& account) { return a_.ask(*a_.node->make_desk(), AdmitUser{account}); }
    /// The code of the refusal; 0 where he was let in.
    int code(const std::string& account) {
        const auto answer = admit(account);
        return answer ? 0 : answer.error().code;
    }
    void give_password(const std::string& account) {
        auto given = a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
            auto id = transaction.accounts().find(account);
            if (!id || !*id) return fail(404, "no account");
            auto set = transaction.accounts().set_credential(**id, "", {{19'456, 2}, {}}, loop_.now());
            if (!set) return std::unexpected(std::move(set.error()));
            return Done{};
        });
        ASSERT_TRUE(given) << given.error().text;
    }
    void open_accounts() {
        a_.new_accounts = NewAccounts::made;
        a_.restart();
    }
};

TEST_F(XmppEntrance, AnAccountWithoutAPasswordSaysNothing) {
    EXPECT_EQ(code("alice@a.example"), 0);
}

TEST_F(XmppEntrance, AnAccountWithAPasswordSaysSoFirst) {
    give_password("alice@a.example");
    const auto refused = admit("alice@a.example");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, 403);
    EXPECT_NE(refused.error().text.find("immp settings XMPP=ON"), std::string::npos);
    const auto set = [&](const std::string& value) {
        ASSERT_TRUE(a_.ask(*a_.node->make_desk(), ChangeSetting{"alice@a.example", {"XMPP", value}}));
    };
    set("ON");
    EXPECT_EQ(code("alice@a.example"), 0);
    set("OFF");
    EXPECT_EQ(code("alice@a.example"), 403);
    set("ON");
    set("");
    EXPECT_EQ(code("alice@a.example"), 403);
}

TEST_F(XmppEntrance, WithoutAnAccountItSaysWhatTheAdministratorDoes) {
    const auto refused = admit("erin@a.example");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, 403);
    EXPECT_NE(refused.error().text.find("immpd account add erin@a.example"), std::string::npos);
    EXPECT_NE(refused.error().text.find("accounts = \"open\""), std::string::npos);
}

TEST_F(XmppEntrance, AnAccountIsMadeOnceWhereTheyAreOpen) {
    open_accounts();
    EXPECT_EQ(code("erin@a.example"), 0);
    EXPECT_EQ(code("erin@a.example"), 0);
    EXPECT_EQ(a_.index("erin@a.example").size(), 0u);
    auto sent = a_.submit(mail("erin@a.example", {"erin@a.example"}, "to myself"), {"text"});
    ASSERT_TRUE(sent) << sent.error().text;
    EXPECT_EQ(a_.index("erin@a.example").size(), 1u);
    give_password("alice@a.example");
    EXPECT_EQ(code("alice@a.example"), 403) << "a password still counts";
    a_.new_accounts = NewAccounts::refused;
    a_.restart();
    EXPECT_EQ(code("erin@a.example"), 0) << "it is there";
}

TEST_F(XmppEntrance, TwoSessionsAtOnceMakeOneAccount) {
    open_accounts();
    auto desk = a_.node->make_desk();
    std::vector<Answer> answers;
    for (int session = 0; session < 2; ++session)
        desk->ask(AdmitUser{"erin@a.example"}, [&](Answer answer) { answers.push_back(std::move(answer)); });
    ASSERT_TRUE(loop_.run_until([&] { return answers.size() == 2; }));
    for (const Answer& answer : answers)
        EXPECT_TRUE(answer) << answer.error().text;
}

TEST_F(XmppEntrance, NoAccountIsMadeOfWhatMayHaveNone) {
    open_accounts();
    auto made = a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
        auto mailbox = transaction.shares().add_mailbox("helpdesk@a.example", loop_.now());
        if (!mailbox) return std::unexpected(std::move(mailbox.error()));
        return Done{};
    });
    ASSERT_TRUE(made);
    for (const char* name : {"helpdesk@a.example", "postmaster@a.example", "mailer-daemon@a.example",
                             "a\\27b@a.example", "a#b@a.example", "erin@b.example"})
        EXPECT_EQ(code(name), 403) << name;
}

TEST_F(XmppEntrance, AnAccountThatIsMadeHasNoPassword) {
    open_accounts();
    EXPECT_EQ(code("erin@a.example"), 0);
    auto found = a_.in_store<Done>([](Transaction& transaction) -> Result<Done> {
        auto account = transaction.accounts().find("erin@a.example");
        if (!account || !*account) return fail(404, "no account");
        auto password = transaction.accounts().credential(**account, "");
        if (!password) return std::unexpected(std::move(password.error()));
        return *password ? Result<Done>(fail(409, "it has a password")) : Result<Done>(Done{});
    });
    EXPECT_TRUE(found) << found.error().text;
}

}  // namespace
}  // namespace immp::bridge
