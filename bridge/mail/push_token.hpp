// Tokens: a right to push to somebody once, or a feed's (docs/protocol.md, 18 and 19). 32 random octets,
// base64url without padding (RFC 4648, section 5). The store has their hashes alone, where it can.
#pragma once

#include <string>
#include <string_view>

#include "armor/hash.hpp"

namespace immp::bridge {

inline constexpr std::size_t kPushTokenChars = 43;

/// The one strict form of one.
[[nodiscard]] bool is_push_token(std::string_view text);

[[nodiscard]] std::string make_push_token();
/// The same of these octets.
[[nodiscard]] std::string push_token_of(const armor::Digest& octets);

/// What is stored of it, and compared: H("IMMP1 token", text).
[[nodiscard]] armor::Digest push_token_hash(std::string_view token);

/// In constant time.
[[nodiscard]] bool is_same_push_token(std::string_view a, std::string_view b);

}  // namespace immp::bridge
