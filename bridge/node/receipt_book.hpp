// What a peer's receipt does to our outbox rows (decisions, 7): the end of a message, its bounce, or another
// try.
#pragma once

#include <vector>

#include "armor/receipt.hpp"
#include "bridge/mail/retry.hpp"
#include "bridge/node/services.hpp"
#include "bridge/session/request.hpp"

namespace immp::bridge {

/// Whether this outcome ends the message for its recipient: a refusal for good, by the recipient's own
/// domain.
[[nodiscard]] bool is_final_refusal(const armor::Outcome& outcome);

/// Opens the verified receipt's answer and ends or puts off each row of the bundle; then forgets the bundle.
/// One write transaction's work; 400, 423 if the answer is not what this bundle asks for. Does nothing for a
/// bundle that was booked before.
[[nodiscard]] Result<Done> book_receipt(Transaction& transaction, const NodeServices& services,
                                        const OutgoingBundle& bundle, const armor::Receipt& receipt);

/// Puts all rows off and forgets the bundle: it was refused as a whole, or its seal is too old.
[[nodiscard]] Result<Done> unbook(Transaction& transaction, const NodeServices& services,
                                  const std::string& bundle, RetryCause cause, const std::string& why);

/// Ends a row with a bounce in the sender's INBOX, in this transaction.
[[nodiscard]] Result<void> bounce_row(Transaction& transaction, const NodeServices& services,
                                      const OutboxRow& row, int code, const std::string& cause);
/// Tells the sender once that a row still waits.
[[nodiscard]] Result<void> note_delay(Transaction& transaction, const NodeServices& services,
                                      const OutboxRow& row);

}  // namespace immp::bridge
