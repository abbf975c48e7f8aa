// The inner envelope of an item: what only the destination domain may read (envelope.md, Bundle;
// draft 5.3.2).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "armor/error.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// Octets of the JSON; more is 413.
inline constexpr std::size_t kMaxInnerBytes = 262'144;
/// Parts, recipients and hops (decisions, 5) of one item; more is 413.
inline constexpr std::size_t kMaxItemParts = 1'000;
inline constexpr std::size_t kMaxItemRecipients = 1'000;
inline constexpr std::size_t kMaxItemHops = 50;
/// Octets of a subject: DELIVER's line has no more. A longer one is 452.
inline constexpr std::size_t kMaxItemSubjectBytes = 8'192;

/// What a bundle is refused with whose octets are not of the form.
[[nodiscard]] inline std::unexpected<Error> malformed_bundle(std::string why) {
    return fail(400, "Malformed bundle", std::move(why));
}

/// An item on its way. The message's parts have no bodies yet: the octets follow the JSON in the item.
struct Inner {
    Message message;
    std::vector<std::string> recipients;  ///< whole IMIDs, for this domain alone; blind copies among them
    std::string token{};                  ///< push_token.hpp; empty: none
};

/// One JSON object, at most kMaxInnerBytes (413 otherwise).
[[nodiscard]] Result<std::string> inner_json(const Inner& inner);

/// 413 over a bound; 400 for the form, a missing or unknown key, an unknown kind, a hop that is no
/// domain, a token of another form, or not exactly one content part. Names of people are prepared by the
/// caller.
[[nodiscard]] Result<Inner> parse_inner(std::string_view json);

/// 452 for what DATA and DELIVER would not have taken: control characters in a header value, a subject over
/// kMaxItemSubjectBytes, a name over kMaxImidBytes, over kMaxMetadataNames of them in `to` or `cc`, a part's
/// name that is a path or stands twice, a type that is none (decisions, 5). It ends this message, not its
/// bundle.
[[nodiscard]] Result<void> check_texts(const Inner& inner);

/// What tells two messages under one id apart: everything the recipient sees but `received`
/// and `received-via`, bodies by digest: by whatever way it comes again, it is the same message.
[[nodiscard]] armor::Digest message_digest(const Message& message);

}  // namespace immp::bridge
