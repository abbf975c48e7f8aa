#include "bridge/node/housekeeping.hpp"

#include "bridge/mail/retry.hpp"
#include "bridge/node/receipt_book.hpp"

namespace immp::bridge {
namespace {

Result<void> tell_of_late_mail(Transaction& transaction, const NodeServices& services) {
    const Time now = services.now();
    auto late = transaction.outbox().queued_before(now - kDelayNotice);
    if (!late) return std::unexpected(std::move(late.error()));
    for (const OutboxRow& row : *late) {
        Result<void> done;
        if (row.queued <= now - kRetryHorizon && row.bundle.empty()) {
            const std::string why = row.last_error.empty() ? "never reached" : row.last_error;
            done = bounce_row(transaction, services, row, 720, "not delivered in 5 days; last: " + why);
        } else if (!row.delay_noticed) {
            done = note_delay(transaction, services, row);
        }
        if (!done) return done;
    }
    return {};
}

Result<void> sweep(Transaction& transaction, Time now) {
    for (auto swept : {transaction.bundles().sweep_incoming(now - kPiecesKept),
                       transaction.bundles().forget_receipts(now - kDedupeKept),
                       transaction.mailboxes().forget_delivered(now - kDedupeKept),
                       transaction.bodies().sweep(now - kUnusedBodiesKept)}) {
        if (!swept) return std::unexpected(std::move(swept.error()));
    }
    return {};
}

}  // namespace

Result<Done> keep_house(Transaction& transaction, const NodeServices& services) {
    const Time now = services.now();
    auto done = transaction.bundles().renew(services.owner, now + kLease);
    if (done) done = tell_of_late_mail(transaction, services);
    if (done) done = sweep(transaction, now);
    if (!done) return std::unexpected(std::move(done.error()));
    return Done{};
}

}  // namespace immp::bridge
