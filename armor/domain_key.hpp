// The two key pairs of a domain or user: Ed25519 for signing, X25519 for sealing (decisions, 4).
#pragma once

#include <array>
#include <cstdint>

#include "armor/hash.hpp"
#include "armor/secret.hpp"

namespace immp::armor {

using SigningPublic = std::array<std::uint8_t, 32>;
using SealingPublic = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

/// A pair is stored as its 32-octet seed (signing) or secret (sealing); the public half follows from it.
struct SigningPair {
    SigningPublic open{};
    SecretBytes<64> secret;

    [[nodiscard]] static SigningPair generate();
    [[nodiscard]] static SigningPair from_seed(const SecretBytes<32>& seed);
    [[nodiscard]] SecretBytes<32> seed() const;
};

struct SealingPair {
    SealingPublic open{};
    SecretBytes<32> secret;

    [[nodiscard]] static SealingPair generate();
    [[nodiscard]] static SealingPair from_secret(const SecretBytes<32>& secret);
};

/// sign(h) of envelope.md: these keys sign 32-octet H digests and nothing else.
[[nodiscard]] Signature sign(const SigningPair& pair, const Digest& digest);
[[nodiscard]] bool verify(const SigningPublic& key, const Digest& digest, const Signature& signature);

/// `next` of a record: the commitment to a signing key that is not yet shown.
[[nodiscard]] Digest commit_next(const SigningPublic& next);

}  // namespace immp::armor
