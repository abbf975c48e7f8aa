#include "bridge/net/tls_identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/certificates.hpp"
#include "tests/support/temporary_folder.hpp"

namespace immp::bridge {
namespace {

using testing::HasSubstr;

class TlsIdentityTest : public testing::Test {
  protected:
    void install(const test::Pem& pem) {
        files_ = {folder_.write("cert.pem", pem.certificate), folder_.write("key.pem", pem.key)};
    }
    std::string refusal() const {
        const auto loaded = load_tls_context(files_, "a.example");
        if (loaded) return "loaded";
        EXPECT_EQ(loaded.error().code, 711);
        EXPECT_EQ(loaded.error().text.find('\n'), std::string::npos);
        return loaded.error().text;
    }

    test::TemporaryFolder folder_;
    test::Authority authority_;
    TlsFiles files_;
};

TEST_F(TlsIdentityTest, LoadsAPair) {
    install(authority_.issue("a.example"));
    EXPECT_EQ(refusal(), "loaded");
}

TEST_F(TlsIdentityTest, NamesTheFileThatIsNotThere) {
    install(authority_.issue("a.example"));
    files_.certificate = folder_.path("none.pem");
    EXPECT_THAT(refusal(), HasSubstr("cannot read the certificate " + files_.certificate + ": No such file"));
    files_.certificate = folder_.path("cert.pem");
    files_.key = folder_.path("none.key");
    EXPECT_THAT(refusal(), HasSubstr("cannot read the private key " + files_.key + ": No such file"));
}

TEST_F(TlsIdentityTest, SaysFirstWhereTheFileWasTold) {
    install(authority_.issue("b.example"));
    files_.certificate_told = "immpd.toml:3: listener.certificate";
    files_.key_told = "IMMP_LISTENER_KEY";
    EXPECT_THAT(refusal(), testing::StartsWith("immpd.toml:3: listener.certificate: the certificate "));
    files_.key = folder_.path("none.key");
    EXPECT_THAT(refusal(), testing::StartsWith("IMMP_LISTENER_KEY: cannot read the private key "));
}

TEST_F(TlsIdentityTest, NamesTheFileThatMayNotBeRead) {
    if (::geteuid() == 0) {
        // Root reads everything; a folder in the file's place cannot be read by anyone.
        install(authority_.issue("a.example"));
        files_.key = folder_.path("");
        EXPECT_THAT(refusal(), testing::AnyOf(HasSubstr("cannot read the private key"),
                                              HasSubstr("no usable PEM private key")));
        return;
    }
    install(authority_.issue("a.example"));
    ASSERT_EQ(::chmod(files_.key.c_str(), 0), 0);
    EXPECT_THAT(refusal(), HasSubstr("cannot read the private key " + files_.key + ": Permission denied"));
}

TEST_F(TlsIdentityTest, RefusesWhatIsNoCertificateOrKey) {
    install(authority_.issue("a.example"));
    folder_.write("cert.pem", "not a certificate\n");
    EXPECT_THAT(refusal(), HasSubstr("no PEM certificate in " + files_.certificate));
    install(authority_.issue("a.example"));
    folder_.write("key.pem", "not a key\n");
    EXPECT_THAT(refusal(), HasSubstr("no usable PEM private key in " + files_.key));
}

TEST_F(TlsIdentityTest, RefusesTheKeyOfAnotherCertificate) {
    install({authority_.issue("a.example").certificate, authority_.issue("a.example").key});
    EXPECT_THAT(refusal(), HasSubstr("does not belong to the certificate"));
}

TEST_F(TlsIdentityTest, RefusesByTime) {
    using std::chrono::seconds;
    install(authority_.issue("a.example", {seconds(-7200), seconds(-3600)}));
    EXPECT_THAT(refusal(), HasSubstr("is expired; renew it"));
    install(authority_.issue("a.example", {seconds(3600), seconds(7200)}));
    EXPECT_THAT(refusal(), HasSubstr("is not valid yet"));
}

TEST_F(TlsIdentityTest, RefusesTheCertificateOfAnotherDomain) {
    install(authority_.issue("b.example"));
    EXPECT_THAT(refusal(), HasSubstr("does not name a.example"));
}

TEST_F(TlsIdentityTest, KeepsTheOldOneWhenTheNewIsBroken) {
    install(authority_.issue("a.example"));
    TlsIdentity identity(files_, "a.example");
    ASSERT_TRUE(identity.reload());
    const TlsContext first = identity.context();
    EXPECT_FALSE(identity.changed());

    folder_.write("cert.pem", "broken");
    EXPECT_TRUE(identity.changed());
    EXPECT_FALSE(identity.changed());
    EXPECT_FALSE(identity.reload());
    EXPECT_EQ(identity.context(), first);

    install(authority_.issue("a.example"));
    EXPECT_TRUE(identity.changed());
    ASSERT_TRUE(identity.reload());
    EXPECT_NE(identity.context(), first);
}

}  // namespace
}  // namespace immp::bridge
