// Requests for users' keys between domains, and their answers: items of kind `key` in bundles
// (envelope.md, Items of kind key).
#pragma once

#include <string>
#include <vector>

#include "bridge/node/incoming_mail.hpp"
#include "bridge/node/key_ration.hpp"
#include "bridge/node/key_ring.hpp"
#include "bridge/node/services.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {

inline constexpr std::string_view kKeyRequestType = "application/immp-key-request";

/// Puts the request for the user's records into the outbox. In a write transaction.
[[nodiscard]] Result<void> queue_key_request(Transaction& transaction, const NodeServices& services,
                                             const Imid& user);

/// What a key item brought about beside its outcomes.
struct KeyNews {
    bool has_answered = false;      ///< an answer waits in the outbox for the origin
    std::vector<std::string> told;  ///< users of the origin whose records came
};

/// A request is answered through the outbox, an answer is kept where it was asked for, both once. An Error
/// is the store's.
[[nodiscard]] Result<Filed> file_key_item(Transaction& transaction, const NodeServices& services,
                                          const HeldKeys& keys, KeyRation& ration, const std::string& origin,
                                          const IncomingMail& mail, KeyNews& news);

/// The records that this account published, each with our word; none where it has no key or is no account.
/// 702.
[[nodiscard]] Result<std::vector<std::string>> vouched_records(Transaction& transaction, const HeldKeys& keys,
                                                               const std::string& account);

}  // namespace immp::bridge
