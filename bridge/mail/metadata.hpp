// The part that carries what DELIVER has no parameters for: to, cc, reply-to, in-reply-to, references, date
// (decisions, 5).
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
};

/// 413; 400 for the form, an unknown key or what is no IMID; 415 for control characters.
[[nodiscard]] Result<Metadata> parse_metadata(std::string_view json);

/// Text that may stand in a header: no controls (C0, DEL, C1), valid UTF-8.
[[nodiscard]] bool is_header_text(std::string_view text);

}  // namespace immp::bridge
