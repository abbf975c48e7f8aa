// Outcomes by recipient, sealed inside a receipt for the origin alone (docs/envelope.md, "Receipts").
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "armor/bytes.hpp"
#include "armor/error.hpp"
#include "armor/payload.hpp"
#include "armor/route.hpp"

namespace immp::armor {

/// Outcomes of one answer, that is recipients of one bundle, and octets of its plaintext; more is 413. So
/// many of the longest lines (42 octets) fit, and their receipt fits one stanza of 256 KiB in base64: a
/// receipt is never cut into pieces.
inline constexpr std::size_t kMaxOutcomes = 4'096;
inline constexpr std::size_t kMaxAnswerPlainBytes = 42 * kMaxOutcomes;
/// The plaintext is padded with zeros to a multiple of this, at least once.
inline constexpr std::size_t kAnswerBlockBytes = 256;

/// What became of one recipient: item and recipient count from 0 in the order of the bundle. `code` is 2xx
/// without more, or 4xx or 7xx with `enhanced` (RFC 3463: 4.y.z exactly when `retry` is set, else 5.y.z).
struct Outcome {
    std::uint32_t item = 0;
    std::uint32_t recipient = 0;
    int code = 275;
    std::optional<std::chrono::seconds> retry;
    std::string enhanced;

    bool operator==(const Outcome&) const = default;
};

/// Whether a sealed answer can have this length.
[[nodiscard]] bool is_answer_length(std::size_t octets);

/// nonce and secretbox under K(key, "IMMP1 answer"). 400 for an outcome of another form, 413.
[[nodiscard]] Result<Bytes> seal_answer(std::span<const Outcome> outcomes, const ContentKey& key,
                                        const Route& route);

/// The outcomes, sorted by item and recipient. `recipients` has the number of recipients of each item sent:
/// each must be told exactly once (400). 423 where the box does not open.
[[nodiscard]] Result<std::vector<Outcome>> open_answer(ByteView answer, const ContentKey& key,
                                                       const Route& route,
                                                       std::span<const std::uint32_t> recipients);

}  // namespace immp::armor
