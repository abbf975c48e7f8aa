// The part that carries what DELIVER has no parameters for: to, cc, reply-to, in-reply-to, references, date
// (decisions, 5); of a push its actions, of a node's item its place (docs/envelope.md, 3.3).
#pragma once

#include <string_view>

#include "armor/error.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

inline constexpr std::string_view kMetadataType = "application/immp-metadata+json";
/// Media types know no case, and may have parameters (RFC 2045).
[[nodiscard]] bool is_metadata_type(std::string_view type);
/// Octets of the part, and names in one of its lists; more is 413.
inline constexpr std::size_t kMaxMetadataBytes = 65'536;
inline constexpr std::size_t kMaxMetadataNames = 1'000;

struct Metadata {
    std::vector<std::string> to;
    std::vector<std::string> cc;
    std::string reply_to;
    std::string in_reply_to;
    std::vector<std::string> references;
    std::optional<Time> date;
    std::vector<PushAction> actions{};
    std::uint64_t sequence = 0;
    std::string previous{};
};

/// 413; 400 for the form, a key that is unknown or not of this kind, what is no IMID, a wrong action or
/// place; 415 for control characters.
[[nodiscard]] Result<Metadata> parse_metadata(std::string_view json, Kind kind = Kind::mail);

/// The part's octets for a push or an item that the server itself writes: `in-reply-to`, actions, place.
/// Empty where there is none of these.
[[nodiscard]] std::string metadata_json(const Envelope& envelope);

/// Text that may stand in a header: no controls (C0, DEL, C1), valid UTF-8.
[[nodiscard]] bool is_header_text(std::string_view text);

}  // namespace immp::bridge
