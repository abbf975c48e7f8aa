// Replaces libsodium's randomness by a stream from a seed, so that sealed octets can be made twice. Tests
// only.
#pragma once

#include <cstdint>
#include <cstring>

#include <sodium.h>

namespace immp::tests {

inline std::uint64_t& seeded_position() {
    static std::uint64_t position = 0;
    return position;
}

inline void seeded_octets(void* out, std::size_t size) {
    static constexpr unsigned char kKey[crypto_stream_chacha20_KEYBYTES] = {'i', 'm', 'm', 'p'};
    unsigned char nonce[crypto_stream_chacha20_NONCEBYTES];
    const std::uint64_t position = ++seeded_position();
    std::memcpy(nonce, &position, sizeof nonce);
    crypto_stream_chacha20(static_cast<unsigned char*>(out), size, nonce, kKey);
}

/// Before sodium_init().
inline void use_seeded_random() {
    static randombytes_implementation seeded{
        [] { return "seeded"; },
        [] {
            std::uint32_t value = 0;
            seeded_octets(&value, sizeof value);
            return value;
        },
        nullptr,
        nullptr,
        [](void* const out, const std::size_t size) { seeded_octets(out, size); },
        nullptr};
    randombytes_set_implementation(&seeded);
}

/// Starts the stream anew, so that one vector does not depend on those before it.
inline void restart_seeded_random(std::uint64_t from) {
    seeded_position() = from << 20U;
}

}  // namespace immp::tests
