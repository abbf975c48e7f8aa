#include "armor/domain_key.hpp"

#include <sodium.h>

namespace immp::armor {

SigningPair SigningPair::generate() {
    return from_seed(SecretBytes<32>::random());
}

SigningPair SigningPair::from_seed(const SecretBytes<32>& seed) {
    SigningPair pair;
    crypto_sign_seed_keypair(pair.open.data(), pair.secret.fill().data(), seed.view().data());
    return pair;
}

SecretBytes<32> SigningPair::seed() const {
    SecretBytes<32> seed;
    crypto_sign_ed25519_sk_to_seed(seed.fill().data(), secret.view().data());
    return seed;
}

SealingPair SealingPair::generate() {
    return from_secret(SecretBytes<32>::random());
}

SealingPair SealingPair::from_secret(const SecretBytes<32>& secret) {
    SealingPair pair;
    pair.secret = secret.clone();
    crypto_scalarmult_base(pair.open.data(), pair.secret.view().data());
    return pair;
}

Signature sign(const SigningPair& pair, const Digest& digest) {
    Signature signature;
    crypto_sign_detached(signature.data(), nullptr, digest.data(), digest.size(), pair.secret.view().data());
    return signature;
}

bool verify(const SigningPublic& key, const Digest& digest, const Signature& signature) {
    return crypto_sign_verify_detached(signature.data(), digest.data(), digest.size(), key.data()) == 0;
}

Digest commit_next(const SigningPublic& next) {
    return hash("IMMP1 next", {as_text(next)});
}

}  // namespace immp::armor
