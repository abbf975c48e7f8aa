// The head of a bundle: everything before its payload. Made by the origin, read in the order of
// docs/envelope.md:
//   parse_head (413, 400, 423 suite) - the node: destination served 450, `from` speaks for the origin 403 -
//   check_time (424) - verify_origin (412, 422) - open_key (423) - PayloadOpener (423, 422).
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "armor/bytes.hpp"
#include "armor/domain_key.hpp"
#include "armor/error.hpp"
#include "armor/hop.hpp"
#include "armor/json_line.hpp"
#include "armor/key_record.hpp"
#include "armor/payload.hpp"
#include "armor/route.hpp"

namespace immp::armor {

/// Octets before the payload at most: first line, header, signature, hops, the empty line.
inline constexpr std::size_t kMaxHeadBytes =
    14 + kMaxJsonLineBytes + 1 + 88 + 1 + kMaxHops * (kMaxHopBytes + 1) + 1;
/// A bundle signed longer ago, or later than this ahead, is 424 (decisions, 7).
inline constexpr std::chrono::days kMaxBundleAge{7};
inline constexpr std::chrono::minutes kMaxBundleAhead{10};

/// The content key in a libsodium sealed box.
using KeyBox = std::array<std::uint8_t, 80>;

struct Head {
    Route route;
    KeyBox box{};
    PayloadSum payload;
    std::chrono::sys_seconds time{};
    std::string header;  // the JSON line as signed
    Signature signature{};
    std::vector<Hop> hops;

    bool operator==(const Head&) const = default;
};

/// D: the bundle's name in hops and receipts.
[[nodiscard]] Digest bundle_digest(const Head& head);
/// The octets before the payload.
[[nodiscard]] std::string head_text(const Head& head);

/// The head of a payload sealed under `key` and `route`, boxed for `destination` (whose fingerprint must be
/// the route's) and signed by `origin`. 400 where a name of the route has not the right form, 412 for another
/// record, 423 for a sealing key that nothing can be sealed to.
[[nodiscard]] Result<Head> make_head(const Route& route, const ContentKey& key, const PayloadSum& payload,
                                     const Record& destination, const SigningPair& origin,
                                     std::chrono::sys_seconds time);

/// A head and where the payload begins in the octets it was read from.
struct ParsedHead {
    Head head;
    std::size_t head_bytes = 0;
};

/// Reads a head from the first octets of a bundle; what follows it is not looked at. nullopt: more octets are
/// needed, and those so far may begin a head. 413 over any bound, 400 for the form, 423 for another suite.
[[nodiscard]] Result<std::optional<ParsedHead>> parse_head(ByteView octets);

/// 424 outside the window around now; temporary where it is only ahead of our clock.
[[nodiscard]] Result<void> check_time(const Head& head, std::chrono::sys_seconds now);

/// The origin's word for the header. 412 where `origin` is not the record that the header names, 422 for the
/// signature.
[[nodiscard]] Result<void> verify_origin(const Head& head, const Record& origin);

/// One of our records' sealing pairs, kept until 8 days after the next one took its place.
struct HeldSeal {
    Digest fingerprint{};  // of our record
    SealingPair pair;
};

/// The content key. 423 where the header names none of our records, or the box does not open.
[[nodiscard]] Result<ContentKey> open_key(const Head& head, std::span<const HeldSeal> held);

}  // namespace immp::armor
