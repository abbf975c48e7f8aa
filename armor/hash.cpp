#include "armor/hash.hpp"

#include "armor/hex.hpp"
#include "armor/route.hpp"

namespace immp::armor {
namespace {

void absorb(crypto_generichash_state& state, std::string_view text) {
    const ByteView octets = as_bytes(text);
    crypto_generichash_update(&state, octets.data(), octets.size());
}

}  // namespace

Hasher::Hasher(std::string_view context) {
    crypto_generichash_init(&state_, nullptr, 0, Digest{}.size());
    add(context);
    add("\n");
}

void Hasher::add(ByteView octets) {
    crypto_generichash_update(&state_, octets.data(), octets.size());
}

Digest Hasher::digest() const {
    crypto_generichash_state copy = state_;
    Digest digest;
    crypto_generichash_final(&copy, digest.data(), digest.size());
    return digest;
}

Digest hash(std::string_view context, std::initializer_list<std::string_view> parts) {
    Hasher hasher(context);
    for (const std::string_view part : parts)
        hasher.add(part);
    return hasher.digest();
}

std::string route_text(const Route& route) {
    std::string text = "1\n";
    text += route.origin + "\n";
    text += route.destination + "\n";
    text += route.bundle_id + "\n";
    text += encode_hex(route.origin_fp) + "\n";
    text += encode_hex(route.destination_fp) + "\n";
    return text;
}

SecretBytes<32> derive_key(const SecretBytes<32>& key, std::string_view context, const Route& route) {
    SecretBytes<32> derived;
    crypto_generichash_state state;
    crypto_generichash_init(&state, key.view().data(), key.view().size(), derived.view().size());
    absorb(state, context);
    absorb(state, "\n");
    absorb(state, route_text(route));
    crypto_generichash_final(&state, derived.fill().data(), derived.fill().size());
    sodium_memzero(&state, sizeof state);
    return derived;
}

}  // namespace immp::armor
