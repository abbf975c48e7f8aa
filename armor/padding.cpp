#include "armor/padding.hpp"

#include <algorithm>
#include <bit>

namespace immp::armor {

std::uint64_t padded_bytes(std::uint64_t items) {
    const std::uint64_t length = std::max(items, kMinPlainBytes);
    const auto exponent = static_cast<unsigned>(std::bit_width(length)) - 1;
    const auto digits = static_cast<unsigned>(std::bit_width(exponent));
    const std::uint64_t step = std::uint64_t{1} << (exponent - digits);
    return (length + step - 1) & ~(step - 1);
}

std::uint64_t sealed_bytes(std::uint64_t plain) {
    const std::uint64_t records = (plain + kRecordPlainBytes - 1) / kRecordPlainBytes;
    return kStreamHeaderBytes + plain + records * kRecordExtraBytes;
}

std::optional<std::uint64_t> plain_bytes(std::uint64_t sealed) {
    if (sealed > kMaxPayloadBytes || sealed < sealed_bytes(kMinPlainBytes)) return std::nullopt;
    const std::uint64_t stream = sealed - kStreamHeaderBytes;
    const std::uint64_t records = (stream + kRecordSealedBytes - 1) / kRecordSealedBytes;
    const std::uint64_t plain = stream - records * kRecordExtraBytes;
    if (sealed_bytes(plain) != sealed || padded_bytes(plain) != plain) return std::nullopt;
    return plain;
}

}  // namespace immp::armor
