// How long a payload is: Padmé of its plaintext, and the octets that sealing adds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace immp::armor {

/// The shortest plaintext: smaller ones would tell more by their length.
inline constexpr std::uint64_t kMinPlainBytes = 512;
/// Plaintext octets of a record (the last may have fewer) and what sealing adds to each, and to the whole.
inline constexpr std::size_t kRecordPlainBytes = 65'536;
inline constexpr std::size_t kRecordExtraBytes = 17;
inline constexpr std::size_t kRecordSealedBytes = kRecordPlainBytes + kRecordExtraBytes;
inline constexpr std::size_t kStreamHeaderBytes = 24;
/// The longest payload that a header can announce: 2^48 octets, far above what any node is set to take (413
/// there).
inline constexpr std::uint64_t kMaxPayloadBytes = std::uint64_t{1} << 48;

/// Padmé(max(512, items)): with E = floor(log2 L), S = floor(log2 E) + 1, L rounded up to a multiple of
/// 2^(E-S). At most 12 % more (https://petsymposium.org/2019/files/papers/issue4/popets-2019-0056.pdf).
[[nodiscard]] std::uint64_t padded_bytes(std::uint64_t items);

/// Octets of the payload that carries `plain` octets of plaintext.
[[nodiscard]] std::uint64_t sealed_bytes(std::uint64_t plain);

/// The plaintext of a payload of `sealed` octets; nullopt where no padded plaintext has that length.
[[nodiscard]] std::optional<std::uint64_t> plain_bytes(std::uint64_t sealed);

}  // namespace immp::armor
