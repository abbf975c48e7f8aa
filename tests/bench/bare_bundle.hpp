// The cryptography of a bundle in libsodium's own calls and nothing else: no text, no JSON, no checks. What
// armor/ costs beyond it is armor's own.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <sodium.h>

namespace immp::tests {

using Octets = std::vector<std::uint8_t>;

struct BareKeys {
    std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> sign_open{};
    std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> sign_secret{};
    std::array<std::uint8_t, crypto_box_PUBLICKEYBYTES> seal_open{};
    std::array<std::uint8_t, crypto_box_SECRETKEYBYTES> seal_secret{};

    static BareKeys generate() {
        BareKeys keys;
        crypto_sign_keypair(keys.sign_open.data(), keys.sign_secret.data());
        crypto_box_keypair(keys.seal_open.data(), keys.seal_secret.data());
        return keys;
    }
};

/// Sealed: the stream header, then records.
struct BareBundle {
    std::array<std::uint8_t, 32 + crypto_box_SEALBYTES> box{};
    Octets sealed;
    std::array<std::uint8_t, 32> digest{};
    std::array<std::uint8_t, crypto_sign_BYTES> signature{};
};

inline constexpr std::size_t kBareRecordBytes = 65'536;
inline constexpr std::size_t kBareHeaderBytes = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
inline constexpr std::size_t kBareExtraBytes = crypto_secretstream_xchacha20poly1305_ABYTES;

inline std::array<std::uint8_t, 32> bare_hash(std::span<const std::uint8_t> octets,
                                              std::span<const std::uint8_t> key = {}) {
    std::array<std::uint8_t, 32> digest{};
    crypto_generichash(digest.data(), digest.size(), octets.data(), octets.size(), key.data(), key.size());
    return digest;
}

/// As many zeros behind the plaintext as armor would pad with, so that both seal the same length.
inline BareBundle bare_seal(const BareKeys& keys, std::span<const std::uint8_t> plain, std::size_t padded) {
    BareBundle bundle;
    std::array<std::uint8_t, 32> key{};
    randombytes_buf(key.data(), key.size());
    crypto_box_seal(bundle.box.data(), key.data(), key.size(), keys.seal_open.data());
    const auto stream_key = bare_hash(bundle.box, key);

    const std::size_t records = std::max<std::size_t>(1, (padded + kBareRecordBytes - 1) / kBareRecordBytes);
    bundle.sealed.resize(kBareHeaderBytes + padded + records * kBareExtraBytes);
    crypto_secretstream_xchacha20poly1305_state stream;
    crypto_secretstream_xchacha20poly1305_init_push(&stream, bundle.sealed.data(), stream_key.data());
    Octets record;
    std::size_t to = kBareHeaderBytes;
    for (std::size_t at = 0; at < padded; at += kBareRecordBytes) {
        const std::size_t count = std::min(kBareRecordBytes, padded - at);
        const std::uint8_t* from = plain.data() + at;
        if (at + count > plain.size()) {
            record.assign(count, 0);
            if (at < plain.size()) std::ranges::copy(plain.subspan(at), record.begin());
            from = record.data();
        }
        const bool last = at + count == padded;
        crypto_secretstream_xchacha20poly1305_push(
            &stream, bundle.sealed.data() + to, nullptr, from, count, nullptr, 0,
            last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
        to += count + kBareExtraBytes;
    }
    bundle.digest = bare_hash(bundle.sealed);
    crypto_sign_detached(bundle.signature.data(), nullptr, bundle.digest.data(), bundle.digest.size(),
                         keys.sign_secret.data());
    return bundle;
}

/// The plaintext with its zeros; empty where anything does not hold.
inline Octets bare_open(const BareKeys& keys, const BareBundle& bundle) {
    if (crypto_sign_verify_detached(bundle.signature.data(), bundle.digest.data(), bundle.digest.size(),
                                    keys.sign_open.data()) != 0)
        return {};
    std::array<std::uint8_t, 32> key{};
    if (crypto_box_seal_open(key.data(), bundle.box.data(), bundle.box.size(), keys.seal_open.data(),
                             keys.seal_secret.data()) != 0)
        return {};
    const auto stream_key = bare_hash(bundle.box, key);
    crypto_secretstream_xchacha20poly1305_state stream;
    crypto_secretstream_xchacha20poly1305_init_pull(&stream, bundle.sealed.data(), stream_key.data());
    Octets plain(bundle.sealed.size());
    std::size_t to = 0;
    for (std::size_t at = kBareHeaderBytes; at < bundle.sealed.size();) {
        const std::size_t count = std::min(kBareRecordBytes + kBareExtraBytes, bundle.sealed.size() - at);
        unsigned char tag = 0;
        if (crypto_secretstream_xchacha20poly1305_pull(&stream, plain.data() + to, nullptr, &tag,
                                                       bundle.sealed.data() + at, count, nullptr, 0) != 0)
            return {};
        at += count;
        to += count - kBareExtraBytes;
    }
    plain.resize(to);
    if (bare_hash(bundle.sealed) != bundle.digest) return {};
    return plain;
}

}  // namespace immp::tests
