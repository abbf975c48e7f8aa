#include "armor/random.hpp"

#include <algorithm>

#include "armor/hex.hpp"

namespace immp::armor {

Result<void> initialise() {
    if (sodium_init() < 0) return fail(700, "no randomness on this system");
    return {};
}

Bytes random_bytes(std::size_t count) {
    Bytes fresh(count);
    if (count > 0) randombytes_buf(fresh.data(), count);  // an empty vector may have no address
    return fresh;
}

std::string random_uuid() {
    return uuid_from(random_array<16>());
}

std::string uuid_from(std::span<const std::uint8_t, 16> octets) {
    std::array<std::uint8_t, 16> marked;
    std::ranges::copy(octets, marked.begin());
    marked[6] = static_cast<std::uint8_t>((marked[6] & 0x0fU) | 0x40U);
    marked[8] = static_cast<std::uint8_t>((marked[8] & 0x3fU) | 0x80U);
    std::string text = encode_hex(marked);
    for (const std::size_t dash : {20U, 16U, 12U, 8U})
        text.insert(dash, 1, '-');
    return text;
}

}  // namespace immp::armor
