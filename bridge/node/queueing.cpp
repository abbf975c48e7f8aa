#include "bridge/node/queueing.hpp"

#include "bridge/mail/inner.hpp"

namespace immp::bridge {

Result<void> queue_mail(Transaction& transaction, MessageId id, const Message& message,
                        const std::string& sender, const Imid& recipient, Time now) {
    const auto inner = inner_json({message, {recipient.text()}});
    if (!inner) return std::unexpected(inner.error());
    OutboxRow row;
    row.message = id;
    row.sender = sender;
    row.recipient = recipient.text();
    row.destination = recipient.domain;
    row.length = message.length() + inner->size();
    row.queued = row.next_try = now;
    auto added = transaction.outbox().add(row);
    if (!added) return std::unexpected(std::move(added.error()));
    return {};
}

}  // namespace immp::bridge
