#include "bridge/client/credentials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temporary_folder.hpp"

namespace immp::bridge::client {
namespace {

using testing::HasSubstr;

StoredAccount account(std::string name, std::string secret = "s3cret") {
    StoredAccount account;
    account.account = std::move(name);
    account.server = "[::1]:1025";
    account.start = TlsStart::first_octet;
    account.ca_file = "/some where/ca.pem";
    account.device = "my laptop";
    account.secret = armor::SecretText(std::move(secret));
    account.seen = {65'536, 3};
    return account;
}

class CredentialsTest : public testing::Test {
  protected:
    test::TemporaryFolder folder_;
    Credentials credentials_{folder_.path("deep/down")};
};

TEST_F(CredentialsTest, KeepsWhatWasSaved) {
    ASSERT_TRUE(credentials_.save(account("alice@a.example")));
    const auto found = credentials_.find("");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->account, "alice@a.example");
    EXPECT_EQ(found->server, "[::1]:1025");
    EXPECT_EQ(found->start, TlsStart::first_octet);
    EXPECT_EQ(found->ca_file, "/some where/ca.pem");
    EXPECT_EQ(found->device, "my laptop");
    EXPECT_EQ(found->secret.view(), "s3cret");
    EXPECT_EQ(found->seen, (armor::Argon2Cost{65'536, 3}));
}

TEST_F(CredentialsTest, KnowsTheWay) {
    StoredAccount through = account("alice@a.example", "pass # word ");
    through.way = Way::xmpp;
    through.device.clear();
    ASSERT_TRUE(credentials_.save(std::move(through)));
    ASSERT_TRUE(credentials_.save(account("bob@b.example")));
    EXPECT_EQ(credentials_.find("alice@a.example")->way, Way::xmpp);
    EXPECT_EQ(credentials_.find("alice@a.example")->secret.view(), "pass # word ");
    EXPECT_EQ(credentials_.find("bob@b.example")->way, Way::listener);
}

TEST_F(CredentialsTest, OnlyTheOwnerMayRead) {
    ASSERT_TRUE(credentials_.save(account("alice@a.example")));
    struct stat status{};
    ASSERT_EQ(::stat(folder_.path("deep/down/credentials").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    ASSERT_EQ(::stat(folder_.path("deep/down").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(CredentialsTest, ReplacesAndRemovesOneOfSeveral) {
    ASSERT_TRUE(credentials_.save(account("alice@a.example")));
    ASSERT_TRUE(credentials_.save(account("bob@b.example")));
    ASSERT_TRUE(credentials_.save(account("alice@a.example", "other")));
    EXPECT_EQ(credentials_.list()->size(), 2u);
    EXPECT_EQ(credentials_.find("alice@a.example")->secret.view(), "other");
    EXPECT_EQ(credentials_.find("").error().status, ExitStatus::configuration);
    ASSERT_TRUE(credentials_.remove("bob@b.example"));
    ASSERT_TRUE(credentials_.remove("nobody@b.example"));
    EXPECT_EQ(credentials_.find("")->account, "alice@a.example");
}

TEST_F(CredentialsTest, NamesTheLineThatIsNotUnderstood) {
    ASSERT_TRUE(credentials_.save(account("alice@a.example")));
    folder_.write("deep/down/credentials", "account alice@a.example\nsecret x\ncolour green\n");
    const auto found = credentials_.list();
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().status, ExitStatus::configuration);
    EXPECT_THAT(found.error().text, HasSubstr("credentials, line 3: not understood"));
    folder_.write("deep/down/credentials", "secret x\n");
    EXPECT_THAT(credentials_.list().error().text, HasSubstr("line 1"));
}

TEST_F(CredentialsTest, SaysWhereItCannotWrite) {
    folder_.write("file", "");
    Credentials impossible(folder_.path("file/below"));
    const auto saved = impossible.save(account("alice@a.example"));
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().status, ExitStatus::cannot_create);
    EXPECT_THAT(saved.error().text, HasSubstr("name another folder in IMMP_HOME"));
}

}  // namespace
}  // namespace immp::bridge::client
