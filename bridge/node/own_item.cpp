#include "bridge/node/own_item.hpp"

#include "bridge/node/queueing.hpp"

namespace immp::bridge {

Result<Part> make_own_part(Transaction& transaction, const OwnPart& part, PartClass part_class, Time now) {
    auto body = transaction.bodies().create(now);
    if (!body) return std::unexpected(std::move(body.error()));
    if (auto done = transaction.bodies().append(*body, part.octets); !done)
        return std::unexpected(std::move(done.error()));
    armor::Hasher hasher("IMMP1 body");
    hasher.add(part.octets);
    return Part{part.name, std::string(part.type), part_class, part.octets.size(), *body, hasher.digest()};
}

Result<Message> make_own_message(Transaction& transaction, const DropContext& context, const OwnItem& item) {
    Message message;
    message.envelope.kind = item.kind;
    message.envelope.id = context.uuid();
    message.envelope.from = item.from;
    message.envelope.to = {item.recipient.text()};
    message.envelope.subject = item.subject;
    message.envelope.date = context.now;
    for (const OwnPart& part : item.parts) {
        auto made = make_own_part(transaction, part, PartClass::attachment, context.now);
        if (!made) return std::unexpected(std::move(made.error()));
        message.parts.push_back(*std::move(made));
    }
    message.parts.back().part_class = PartClass::content;
    return message;
}

Result<void> queue_own_item(Transaction& transaction, const DropContext& context, const OwnItem& item) {
    auto message = make_own_message(transaction, context, item);
    if (!message) return std::unexpected(std::move(message.error()));
    const auto octets = travelling_octets(*message, item.recipient);
    if (!octets) return std::unexpected(octets.error());
    auto stored = transaction.mailboxes().add(*message);
    if (!stored) return std::unexpected(std::move(stored.error()));
    return queue_mail(transaction, *stored, *octets, context.domain, item.recipient, context.now, item.token);
}

}  // namespace immp::bridge
