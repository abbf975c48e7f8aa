// A secret text under a passphrase's hash: nonce and secretbox (XSalsa20-Poly1305).
#pragma once

#include "armor/bytes.hpp"
#include "armor/error.hpp"
#include "armor/password.hpp"
#include "armor/secret.hpp"

namespace immp::armor {

/// 24 random octets of nonce, then the box.
[[nodiscard]] Bytes lock_secret(const SecretText& plain, const StretchedPassword& key);
/// 423 where it does not open.
[[nodiscard]] Result<SecretText> unlock_secret(ByteView box, const StretchedPassword& key);

}  // namespace immp::armor
