// Wishes of other domains for a node's items, as they come in bundles (docs/envelope.md, 3.3).
#pragma once

#include "bridge/node/incoming_mail.hpp"

namespace immp::bridge {

/// A `subscribe` for the node `recipient`: the domain takes its items from now on by that feed and token. It
/// is answered through the outbox. 280, 481; 429; 452 for another form, or another's name.
[[nodiscard]] Result<Taken> take_wish(Transaction& transaction, const NodeServices& services,
                                      const std::string& origin, const IncomingMail& mail,
                                      const Imid& recipient);

/// An `unsubscribe`: the domain's feed has ended, or one user's subscription. 283, 452.
[[nodiscard]] Result<Taken> take_end(Transaction& transaction, const NodeServices& services,
                                     const std::string& origin, const IncomingMail& mail,
                                     const Imid& recipient);

}  // namespace immp::bridge
