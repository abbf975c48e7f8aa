#include "armor/digest.hpp"

#include <cstdlib>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace immp::armor {
namespace {

// libcrypto fails here only without memory or without the algorithm (a FIPS build without SHA-1): nothing to
// go on with.
void must(bool done) {
    if (!done) std::abort();
}

}  // namespace

Sha256 sha256(ByteView octets) {
    Sha256 digest;
    must(EVP_Digest(octets.data(), octets.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
    return digest;
}

Sha256 hmac_sha256(ByteView key, ByteView octets) {
    Sha256 digest;
    must(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), octets.data(), octets.size(),
              digest.data(), nullptr) != nullptr);
    return digest;
}

Sha1 sha1(ByteView octets) {
    Sha1 digest;
    must(EVP_Digest(octets.data(), octets.size(), digest.data(), nullptr, EVP_sha1(), nullptr) == 1);
    return digest;
}

}  // namespace immp::armor
