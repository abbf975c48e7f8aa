// The integers of an item's frame (envelope.md, Bundle).
#pragma once

#include <concepts>

#include "armor/bytes.hpp"

namespace immp::bridge {

/// Of at most 8 octets.
[[nodiscard]] inline std::uint64_t read_big_endian(ByteView octets) {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : octets)
        value = value << 8 | octet;
    return value;
}

template <std::unsigned_integral T>
void append_big_endian(Bytes& out, T value) {
    for (int shift = (static_cast<int>(sizeof(T)) - 1) * 8; shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

}  // namespace immp::bridge
