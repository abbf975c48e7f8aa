// H and K of docs/envelope.md: BLAKE2b-256 with a context line in front, plain and keyed.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <sodium.h>

#include "armor/bytes.hpp"
#include "armor/secret.hpp"

namespace immp::armor {

using Digest = std::array<std::uint8_t, 32>;

/// H(context, x..) = BLAKE2b-256(context, newline, x..), the x in any pieces.
class Hasher {
  public:
    explicit Hasher(std::string_view context);

    void add(ByteView octets);
    void add(std::string_view text) { add(as_bytes(text)); }
    /// The digest of what was added so far; more may follow.
    [[nodiscard]] Digest digest() const;

  private:
    crypto_generichash_state state_;
};

[[nodiscard]] Digest hash(std::string_view context, std::initializer_list<std::string_view> parts);

struct Route;

/// K(key, context) of envelope.md: a key for one purpose, bound to one bundle's route.
[[nodiscard]] SecretBytes<32> derive_key(const SecretBytes<32>& key, std::string_view context,
                                         const Route& route);

}  // namespace immp::armor
