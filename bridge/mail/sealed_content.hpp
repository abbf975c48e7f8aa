// What sealed content says: a message's true subject, and its parts (docs/envelope.md, 8.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "armor/hash.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// What the message carrying it looks like to everybody else.
inline constexpr std::string_view kSealedType = "application/immp-sealed";
inline constexpr std::string_view kSealedPart = "sealed";
inline constexpr std::string_view kSealedSubject = "Sealed message";

/// Parts of sealed content; more is 413.
inline constexpr std::size_t kMaxSealedParts = 1'000;

struct SealedContent {
    std::string subject;
    std::vector<Part> parts;  ///< id, type, class and length count
};

/// 413 over a bound; 400 for a subject with control characters, names and types that DATA would not take, and
/// for not exactly one content part.
[[nodiscard]] Result<std::string> sealed_content_json(const SealedContent& content);
[[nodiscard]] Result<SealedContent> parse_sealed_content(std::string_view json);

/// Octets of the plaintext without its zeros, `front` of them before the bodies; nothing where that is more
/// than any payload holds.
[[nodiscard]] std::optional<std::uint64_t> sealed_plain_octets(std::uint64_t front,
                                                               const std::vector<Part>& parts);

/// The digest that the seal names: add the bodies in their order.
class SealedDigest {
  public:
    explicit SealedDigest(std::string_view content_json);
    void add(ByteView body) { hasher_.add(body); }
    [[nodiscard]] armor::Digest digest() const { return hasher_.digest(); }

  private:
    armor::Hasher hasher_;
};

}  // namespace immp::bridge
