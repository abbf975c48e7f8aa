// SHA-2 and SHA-1 by libcrypto, for password proofs (RFC 5802) and the draft's K. Bundles use armor/hash.hpp.
#pragma once

#include <array>
#include <cstdint>

#include "armor/bytes.hpp"

namespace immp::armor {

using Sha256 = std::array<std::uint8_t, 32>;
using Sha1 = std::array<std::uint8_t, 20>;

[[nodiscard]] Sha256 sha256(ByteView octets);
[[nodiscard]] Sha256 hmac_sha256(ByteView key, ByteView octets);
/// Only for the draft's K (section 3), where the operator has allowed it.
[[nodiscard]] Sha1 sha1(ByteView octets);

}  // namespace immp::armor
