// What another domain's node says to a feed of ours, as it comes in bundles (docs/envelope.md, 3.3): its
// items, its word about itself, its end. Only the node itself is believed, under the feed's token: anything
// else is 454, and 452 for another node of that domain.
#pragma once

#include "bridge/mail/feed_word.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/node/incoming_mail.hpp"

namespace immp::bridge {

/// Octets of an item with all its parts; more is 413.
inline constexpr std::uint64_t kMaxItemOctets = kMaxItemBytes + kMaxMetadataBytes;

/// The item is stored once, with a job that files it for the subscribers; what is missing before it is asked
/// for. 260, 413, 429, 452, 454.
[[nodiscard]] Result<Taken> take_item(Transaction& transaction, const NodeServices& services,
                                      const std::string& origin, IncomingMail& mail, const Imid& recipient);

/// What the node is, and what it decided. 280, 452, 454.
[[nodiscard]] Result<Taken> take_word(Transaction& transaction, const NodeServices& services,
                                      const std::string& origin, const IncomingMail& mail,
                                      const Imid& recipient);

/// The node is no more. 283, 454.
[[nodiscard]] Result<Taken> take_node_end(Transaction& transaction, const NodeServices& services,
                                          const std::string& origin, const IncomingMail& mail,
                                          const Imid& recipient);

}  // namespace immp::bridge
