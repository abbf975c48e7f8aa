// The system's randomness. Machines do not call this: they are handed what they need.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <sodium.h>

#include "armor/bytes.hpp"
#include "armor/error.hpp"

namespace immp::armor {

/// Once, before anything else of armor/, from one thread; again is harmless. 700 where the system has no
/// randomness.
[[nodiscard]] Result<void> initialise();

template <std::size_t N>
[[nodiscard]] std::array<std::uint8_t, N> random_array() {
    std::array<std::uint8_t, N> fresh;
    randombytes_buf(fresh.data(), N);
    return fresh;
}

[[nodiscard]] Bytes random_bytes(std::size_t count);

/// A version 4 UUID (RFC 4122), lower case.
[[nodiscard]] std::string random_uuid();

/// The same from given octets, for callers whose randomness is passed in.
[[nodiscard]] std::string uuid_from(std::span<const std::uint8_t, 16> octets);

}  // namespace immp::armor
