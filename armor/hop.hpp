// The trail of a bundle: one signed line for each relay, outside the origin's signature (docs/envelope.md,
// "Hops").
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "armor/domain_key.hpp"
#include "armor/error.hpp"
#include "armor/hash.hpp"
#include "armor/key_record.hpp"

namespace immp::armor {

/// A bundle with more has gone in circles: 413.
inline constexpr std::size_t kMaxHops = 50;
/// A hop's line without its newline: domain, time, fingerprint, base64 signature, three spaces. More is 413.
inline constexpr std::size_t kMaxHopBytes = 255 + 20 + 64 + 88 + 3;

struct Hop {
    std::string domain;
    std::chrono::sys_seconds time{};
    Digest signer_fp{};
    Signature signature{};

    bool operator==(const Hop&) const = default;
};

/// The line without its newline. A hop has one text, so what was signed can be made again from the value.
[[nodiscard]] std::string hop_text(const Hop& hop);

/// 413 over kMaxHopBytes, 400 for any other form.
[[nodiscard]] Result<Hop> parse_hop(std::string_view line);

/// The line that `domain` adds behind `before` to the bundle named `bundle`. 400 for a domain's form, 413 at
/// kMaxHops.
[[nodiscard]] Result<Hop> make_hop(const Digest& bundle, const std::vector<Hop>& before,
                                   const std::string& domain, std::chrono::sys_seconds time,
                                   const Digest& signer_fp, const SigningPair& signer);

/// Whether hops[index] was signed by `relay` behind the hops before it. 412 where it names another record or
/// domain, 422.
[[nodiscard]] Result<void> verify_hop(const Digest& bundle, const std::vector<Hop>& hops, std::size_t index,
                                      const Record& relay);

}  // namespace immp::armor
