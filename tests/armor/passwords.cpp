// Password proofs: the values of RFC 7677 and of Argon2's own test, and what must fail.
#include <set>

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "armor/base64.hpp"
#include "armor/hex.hpp"
#include "armor/password.hpp"
#include "tests/support/two_domains.hpp"

namespace immp::tests {
namespace {

using namespace armor;

constexpr const char* kRfc7677Message =
    "n=user,r=rOprNGfwEbeRWgbNEkqO,"
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

// RFC 7677 stretches with PBKDF2; everything behind the stretching is ours too.
StretchedPassword rfc7677_password() {
    const Bytes salt = decode_base64("W22ZaJ0SNY7soEsUEjb6gQ==").value();
    StretchedPassword h;
    PKCS5_PBKDF2_HMAC("pencil", 6, salt.data(), static_cast<int>(salt.size()), 4096, EVP_sha256(), 32,
                      h.fill().data());
    return h;
}

TEST(Scram, GivesTheProofAndSignatureOfRfc7677) {
    const auto h = rfc7677_password();
    EXPECT_EQ(encode_base64(client_proof(h, kRfc7677Message)),
              "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    EXPECT_EQ(encode_base64(server_signature(scram_keys(h), kRfc7677Message)),
              "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

TEST(Scram, EachSideProvesItself) {
    const auto h = rfc7677_password();
    const ScramKeys keys = scram_keys(h);
    const std::string message = auth_message({"alice@a.example", "phone", "n1=x n2=1", "bm9uY2U=", ""});
    const ScramProof proof = client_proof(h, message);
    EXPECT_TRUE(proof_holds(keys, message, proof));
    EXPECT_TRUE(server_proved(h, message, server_signature(keys, message)));
    for (std::size_t at = 0; at < proof.size(); ++at) {
        ScramProof other = proof;
        other[at] ^= 0x10;
        EXPECT_FALSE(proof_holds(keys, message, other)) << at;
        ScramSignature signature = server_signature(keys, message);
        signature[at] ^= 0x10;
        EXPECT_FALSE(server_proved(h, message, signature)) << at;
    }
    EXPECT_FALSE(proof_holds(keys, message + " ", proof));
    EXPECT_FALSE(proof_holds(scram_keys(secret_of(1)), message, proof));
    const SecretBytes<32>& leaked = keys.stored_key;
    EXPECT_FALSE(proof_holds(keys, message, client_proof(leaked, message))) << "a leaked store is no login";
}

TEST(Scram, TheMessageIsSixLines) {
    EXPECT_EQ(auth_message({"alice@a.example", "", "n1=a n2=2 kda=argon2id", "Tk9OQ0U=", ""}),
              "IMMP1 scram\nalice@a.example\n\nn1=a n2=2 kda=argon2id\nTk9OQ0U=\nn\n");
    EXPECT_EQ(auth_message({"alice@a.example", "my phone", "n1=a", "Tk9OQ0U=", "Q0I="}),
              "IMMP1 scram\nalice@a.example\nmy phone\nn1=a\nTk9OQ0U=\nQ0I=\n");
}

// By python3-nacl, which is libsodium too: what is pinned are the units of both costs.
TEST(Argon2id, GivesThePublishedValue) {
    Salt salt;
    std::ranges::fill(salt, std::uint8_t{2});
    const auto h = stretch(SecretText(std::string("correct horse")), salt, {1024, 2});
    ASSERT_TRUE(h);
    EXPECT_EQ(encode_hex(h->view()), "ef7792cc8d59d56850b4e75f537c1221ab5ae5c3a1c1005a76586410885274a2");
}

TEST(Argon2id, RefusesCostsThatAreNone) {
    const SecretText password(std::string("x"));
    for (const Argon2Cost& cost :
         {Argon2Cost{0, 2}, {7, 2}, {kMaxMemoryKib + 1, 2}, {1024, 0}, {1024, kMaxPasses + 1}}) {
        const auto h = stretch(password, {}, cost);
        ASSERT_FALSE(h);
        EXPECT_EQ(h.error().code, 400);
    }
}

TEST(Argon2id, AClientIsNotTalkedDown) {
    EXPECT_TRUE(client_accepts({19'456, 2}));
    EXPECT_TRUE(client_accepts({1'048'576, 16}));
    EXPECT_FALSE(client_accepts({19'455, 2}));
    EXPECT_FALSE(client_accepts({1'048'577, 2}));
    EXPECT_FALSE(client_accepts({19'456, 1}));
    EXPECT_FALSE(client_accepts({19'456, 17}));
    EXPECT_TRUE(client_accepts({65'536, 3}, {65'536, 3}));
    EXPECT_FALSE(client_accepts({65'535, 3}, {65'536, 3}));
    EXPECT_FALSE(client_accepts({65'536, 2}, {65'536, 3}));
}

TEST(UnknownAccounts, LookLikeKnownOnesAndFail) {
    const auto store_secret = secret_of(9);
    EXPECT_EQ(encode_hex(account_salt(store_secret, "alice@a.example")), "b1c1449ef77dcbabaff62d877a48870a");
    EXPECT_NE(account_salt(store_secret, "alice@a.example"), account_salt(store_secret, "bob@a.example"));
    EXPECT_NE(account_salt(store_secret, "alice@a.example"), account_salt(secret_of(8), "alice@a.example"));
    std::set<std::size_t> picked;
    for (char letter = 'a'; letter <= 'z'; ++letter) {
        const std::string account = std::string(1, letter) + "@a.example";
        const std::size_t pick = decoy_setting(store_secret, account, 3);
        EXPECT_EQ(decoy_setting(store_secret, account, 3), pick);
        picked.insert(pick);
    }
    EXPECT_EQ(picked, (std::set<std::size_t>{0, 1, 2}));
    const auto h = rfc7677_password();
    const ScramKeys decoy = decoy_keys(store_secret, "nobody@a.example");
    EXPECT_FALSE(proof_holds(decoy, "message", client_proof(h, "message")));
}

TEST(DraftProof, IsSha1OfHexAndNonces) {
    const auto h = secret_of(0xab);
    const std::string proof = draft_proof(h, "n-one", "n-two");
    EXPECT_EQ(proof, "8ea9b83cacfb73ba69f2f77065394f2df38b4a90");
    EXPECT_TRUE(draft_proof_holds(h, "n-one", "n-two", proof));
    EXPECT_FALSE(draft_proof_holds(h, "n-one", "n-too", proof));
    EXPECT_FALSE(draft_proof_holds(h, "n-one", "n-two", proof.substr(1)));
    EXPECT_FALSE(draft_proof_holds(h, "n-one", "n-two", ""));
}

}  // namespace
}  // namespace immp::tests
