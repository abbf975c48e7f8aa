// Lower-case hex, the text of fingerprints, digests and cookies.
#pragma once

#include <string>
#include <string_view>

#include "armor/bytes.hpp"
#include "armor/error.hpp"

namespace immp::armor {

[[nodiscard]] std::string encode_hex(ByteView octets);

/// 415 for upper case, an odd length or any other character.
[[nodiscard]] Result<Bytes> decode_hex(std::string_view text);

}  // namespace immp::armor
