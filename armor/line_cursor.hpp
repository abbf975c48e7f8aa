// Reads the framing lines of records, heads and receipts. Internal to armor/.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "armor/domain_key.hpp"
#include "armor/error.hpp"
#include "armor/hash.hpp"

namespace immp::armor {

class LineCursor {
  public:
    explicit LineCursor(std::string_view octets) : rest_(octets) {}

    /// The next line without its newline, nullopt where its end has not come; 413 over `max_bytes`, come or
    /// not.
    [[nodiscard]] Result<std::optional<std::string_view>> next(std::size_t max_bytes);
    /// The same where all octets are there: a missing line is 400.
    [[nodiscard]] Result<std::string_view> line(std::size_t max_bytes);

    [[nodiscard]] std::string_view rest() const { return rest_; }

  private:
    std::string_view rest_;
};

/// Base64 of a signature, 88 characters; 400 for anything else.
inline constexpr std::size_t kSignatureTextBytes = 88;
[[nodiscard]] std::string signature_text(const Signature& signature);
[[nodiscard]] Result<Signature> parse_signature(std::string_view text);

/// 64 lower-case hex digits; 400 for anything else.
[[nodiscard]] Result<Digest> parse_digest(std::string_view text);

}  // namespace immp::armor
