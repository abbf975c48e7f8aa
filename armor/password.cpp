#include "armor/password.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

#include <sodium.h>

#include "armor/hex.hpp"

namespace immp::armor {
namespace {

using namespace std::chrono_literals;

SecretBytes<32> keyed(std::span<const std::uint8_t> key, std::string_view text) {
    Sha256 mac = hmac_sha256(key, as_bytes(text));
    SecretBytes<32> secret(mac);
    sodium_memzero(mac.data(), mac.size());
    return secret;
}

SecretBytes<32> digest_of(const SecretBytes<32>& key) {
    Sha256 digest = sha256(key.view());
    SecretBytes<32> secret(digest);
    sodium_memzero(digest.data(), digest.size());
    return secret;
}

std::array<std::uint8_t, 32> mixed(std::span<const std::uint8_t, 32> a, std::span<const std::uint8_t, 32> b) {
    std::array<std::uint8_t, 32> result;
    std::ranges::transform(a, b, result.begin(),
                           [](std::uint8_t x, std::uint8_t y) { return static_cast<std::uint8_t>(x ^ y); });
    return result;
}

// HMAC(secret, account): the first half is the salt, the second picks the setting an unknown account shows.
Sha256 account_mac(const SecretBytes<32>& store_secret, std::string_view account) {
    return hmac_sha256(store_secret.view(), as_bytes(account));
}

}  // namespace

bool client_accepts(const Argon2Cost& offered, const Argon2Cost& seen) {
    return offered.memory_kib >= std::max(kMinMemoryKib, seen.memory_kib) &&
           offered.memory_kib <= kMaxMemoryKib && offered.passes >= std::max(kMinPasses, seen.passes) &&
           offered.passes <= kMaxPasses;
}

Result<StretchedPassword> stretch(const SecretText& password, const Salt& salt, const Argon2Cost& cost) {
    const std::size_t memory_bytes = std::size_t{cost.memory_kib} * 1024;
    if (memory_bytes < crypto_pwhash_MEMLIMIT_MIN || cost.memory_kib > kMaxMemoryKib ||
        cost.passes < crypto_pwhash_OPSLIMIT_MIN || cost.passes > kMaxPasses)
        return fail(400, "no such cost of argon2id");
    StretchedPassword h;
    const std::string_view text = password.view();
    if (crypto_pwhash(h.fill().data(), h.fill().size(), text.data(), text.size(), salt.data(), cost.passes,
                      memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return fail_for_now(705, "no memory for argon2id", 60s);
    return h;
}

ScramKeys scram_keys(const StretchedPassword& h) {
    return {digest_of(keyed(h.view(), "Client Key")), keyed(h.view(), "Server Key")};
}

std::string auth_message(const AuthExchange& exchange) {
    std::string text = "IMMP1 scram\n";
    text += exchange.account + "\n";
    text += exchange.device + "\n";
    text += exchange.challenge + "\n";
    text += exchange.nonce + "\n";
    text += (exchange.binding.empty() ? "n" : exchange.binding) + "\n";
    return text;
}

ScramProof client_proof(const StretchedPassword& h, std::string_view auth_message) {
    const SecretBytes<32> client_key = keyed(h.view(), "Client Key");
    const SecretBytes<32> stored_key = digest_of(client_key);
    return mixed(client_key.view(), hmac_sha256(stored_key.view(), as_bytes(auth_message)));
}

bool proof_holds(const ScramKeys& keys, std::string_view auth_message, const ScramProof& proof) {
    const Sha256 signature = hmac_sha256(keys.stored_key.view(), as_bytes(auth_message));
    const SecretBytes<32> client_key(mixed(proof, signature));
    return keys.stored_key.equal(digest_of(client_key).view());
}

ScramSignature server_signature(const ScramKeys& keys, std::string_view auth_message) {
    return hmac_sha256(keys.server_key.view(), as_bytes(auth_message));
}

bool server_proved(const StretchedPassword& h, std::string_view auth_message,
                   const ScramSignature& signature) {
    const ScramSignature expected = server_signature(scram_keys(h), auth_message);
    return sodium_memcmp(expected.data(), signature.data(), expected.size()) == 0;
}

Salt account_salt(const SecretBytes<32>& store_secret, std::string_view account) {
    const Sha256 mac = account_mac(store_secret, account);
    Salt salt;
    std::copy_n(mac.begin(), salt.size(), salt.begin());
    return salt;
}

std::size_t decoy_setting(const SecretBytes<32>& store_secret, std::string_view account,
                          std::size_t settings) {
    const Sha256 mac = account_mac(store_secret, account);
    std::uint64_t pick = 0;
    for (std::size_t at = 16; at < 24; ++at)
        pick = pick << 8U | mac[at];
    return static_cast<std::size_t>(pick % settings);
}

ScramKeys decoy_keys(const SecretBytes<32>& store_secret, std::string_view account) {
    std::string name("decoy\n");  // no prepared account has a newline in it
    name += account;
    const SecretBytes<32> h = keyed(store_secret.view(), name);
    return scram_keys(h);
}

std::string draft_proof(const StretchedPassword& h, std::string_view n1, std::string_view n2) {
    std::string text = encode_hex(h.view());
    text.reserve(text.size() + n1.size() + n2.size());
    text += n1;
    text += n2;
    const Sha1 digest = sha1(as_bytes(text));
    sodium_memzero(text.data(), text.size());
    return encode_hex(digest);
}

bool draft_proof_holds(const StretchedPassword& h, std::string_view n1, std::string_view n2,
                       std::string_view proof) {
    const std::string expected = draft_proof(h, n1, n2);
    return proof.size() == expected.size() &&
           sodium_memcmp(proof.data(), expected.data(), expected.size()) == 0;
}

}  // namespace immp::armor
