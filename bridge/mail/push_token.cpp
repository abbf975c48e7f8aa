#include "bridge/mail/push_token.hpp"

#include <algorithm>

#include "armor/base64.hpp"
#include "armor/random.hpp"

namespace immp::bridge {

bool is_push_token(std::string_view text) {
    if (text.size() != kPushTokenChars) return false;
    std::string base64(text);
    if (base64.find_first_of("+/=") != base64.npos) return false;
    std::ranges::replace(base64, '-', '+');
    std::ranges::replace(base64, '_', '/');
    return armor::decode_base64(base64 + "=").has_value();
}

std::string make_push_token() {
    armor::Digest octets{};
    std::ranges::copy(armor::random_bytes(octets.size()), octets.begin());
    return push_token_of(octets);
}

std::string push_token_of(const armor::Digest& octets) {
    std::string token = armor::encode_base64(octets);
    std::ranges::replace(token, '+', '-');
    std::ranges::replace(token, '/', '_');
    token.resize(kPushTokenChars);
    return token;
}

armor::Digest push_token_hash(std::string_view token) {
    armor::Hasher hasher("IMMP1 token");
    hasher.add(token);
    return hasher.digest();
}

bool is_same_push_token(std::string_view a, std::string_view b) {
    return armor::SecretBytes<32>(push_token_hash(a)).equal(push_token_hash(b));
}

}  // namespace immp::bridge
