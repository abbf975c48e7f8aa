#include "bridge/node/queueing.hpp"

#include "bridge/mail/inner.hpp"

namespace immp::bridge {

Result<void> queue_mail(Transaction& transaction, MessageId message, std::uint64_t octets,
                        const std::string& sender, const Imid& recipient, Time now,
                        const std::string& token) {
    OutboxRow row;
    row.message = message;
    row.sender = sender;
    row.recipient = recipient.text();
    row.destination = recipient.domain;
    row.length = octets;
    row.token = token;
    row.queued = row.next_try = now;
    auto added = transaction.outbox().add(row);
    if (!added) return std::unexpected(std::move(added.error()));
    return {};
}

Result<std::uint64_t> travelling_octets(const Message& message, const Imid& recipient) {
    const auto inner = inner_json({message, {recipient.text()}});
    if (!inner) return std::unexpected(inner.error());
    return message.length() + inner->size();
}

}  // namespace immp::bridge
