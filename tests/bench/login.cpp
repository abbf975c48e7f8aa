#include "login.hpp"

#include <cstdlib>
#include <utility>

#include <sodium.h>

#include "client.hpp"

namespace immp::bench {
namespace {

using Key = std::array<std::uint8_t, 32>;

Key hmac(const Key& key, std::string_view message) {
    Key mac{};
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key.data(), key.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(message.data()),
                                  message.size());
    crypto_auth_hmacsha256_final(&state, mac.data());
    return mac;
}

std::string base64(const std::uint8_t* octets, std::size_t count) {
    std::string text(sodium_base64_encoded_len(count, sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), octets, count, sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();  // the terminator
    return text;
}

std::string_view field(std::string_view text, std::string_view name) {
    const auto at = text.find(name);
    if (at == std::string_view::npos) throw Failure("the challenge has no " + std::string(name));
    const auto from = at + name.size();
    return text.substr(from, text.find(' ', from) - from);
}

unsigned long long number(std::string_view text) {
    return std::strtoull(std::string(text).c_str(), nullptr, 10);
}

}  // namespace

Login::Login(std::string account, std::string password)
    : account_(std::move(account)), password_(std::move(password)) {}

const Login::Key& Login::stretched(std::string_view challenge) {
    const std::string_view salt = field(challenge, "salt=");
    const std::string_view memory = field(challenge, " m=");
    const std::string_view passes = field(challenge, " t=");
    std::string made_with = std::string(salt) + " " + std::string(memory) + " " + std::string(passes);
    if (made_with == cost_and_salt_) return stretched_;
    std::array<std::uint8_t, crypto_pwhash_SALTBYTES> octets{};
    std::size_t count = 0;
    if (sodium_base642bin(octets.data(), octets.size(), salt.data(), salt.size(), nullptr, &count, nullptr,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        count != octets.size() ||
        crypto_pwhash(stretched_.data(), stretched_.size(), password_.data(), password_.size(), octets.data(),
                      number(passes), static_cast<std::size_t>(number(memory)) * 1024,
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw Failure("cannot answer the challenge " + std::string(challenge));
    cost_and_salt_ = std::move(made_with);
    return stretched_;
}

std::string Login::answer_line(std::string_view text) {
    const auto begin = text.find("n1=");
    if (begin == std::string_view::npos) throw Failure("no challenge: " + std::string(text));
    const std::string_view challenge = text.substr(begin);
    std::array<std::uint8_t, 18> random{};
    randombytes_buf(random.data(), random.size());
    const std::string nonce = base64(random.data(), random.size());

    const Key client_key = hmac(stretched(challenge), "Client Key");
    Key stored_key{};
    crypto_hash_sha256(stored_key.data(), client_key.data(), client_key.size());
    const std::string message =
        "IMMP1 scram\n" + account_ + "\n\n" + std::string(challenge) + "\n" + nonce + "\nn\n";
    Key proof = hmac(stored_key, message);
    for (std::size_t i = 0; i < proof.size(); ++i)
        proof[i] ^= client_key[i];
    return "AUTH RESPONSE SCRAM " + base64(proof.data(), proof.size()) + " NONCE " + nonce + "\n";
}

}  // namespace immp::bench
