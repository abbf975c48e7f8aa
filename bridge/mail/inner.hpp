// The inner envelope of an item: what only the destination domain may read (envelope.md, Bundle;
// draft 5.3.2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// Octets of the JSON; more is 413.
inline constexpr std::size_t kMaxInnerBytes = 262'144;
/// Parts and recipients of one item; more is 413.
inline constexpr std::size_t kMaxItemParts = 1'000;
inline constexpr std::size_t kMaxItemRecipients = 1'000;

/// A mail on its way. The message's parts have no bodies yet: the octets follow the JSON in the item.
struct Inner {
    Message message;
    std::vector<std::string> recipients;  ///< whole IMIDs, for this domain alone; blind copies among them
};

/// One JSON object, at most kMaxInnerBytes (413 otherwise).
[[nodiscard]] Result<std::string> inner_json(const Inner& inner);

/// 413 over a bound; 400 for the form, a missing or unknown key, or a kind that is not mail; 452 for control
/// characters in a header value or a part's name (decisions, 5). Names are prepared by the caller.
[[nodiscard]] Result<Inner> parse_inner(std::string_view json);

/// What tells two messages under one id apart: everything the recipient sees but the trail, bodies by digest.
[[nodiscard]] armor::Digest message_digest(const Message& message);

}  // namespace immp::bridge
