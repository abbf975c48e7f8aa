#include "bridge/store/message_row.hpp"

#include <charconv>

#include "bridge/store/netstrings.hpp"

namespace immp::bridge {

namespace {

constexpr std::string_view kVerified = "verified";

std::int64_t number_of(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// Hops and actions are pairs, relays and failures are triples of texts in one list.

std::string pack_hops(const std::vector<Hop>& hops) {
    std::vector<std::string> texts;
    for (const Hop& hop : hops) {
        texts.push_back(hop.domain);
        texts.push_back(std::to_string(hop.timestamp.time_since_epoch().count()));
    }
    return pack(texts);
}

std::vector<Hop> unpack_hops(std::string_view packed) {
    std::vector<std::string> texts = unpack(packed);
    std::vector<Hop> hops;
    for (std::size_t i = 0; i + 1 < texts.size(); i += 2)
        hops.push_back({std::move(texts[i]), Time(std::chrono::seconds(number_of(texts[i + 1])))});
    return hops;
}

std::string pack_relays(const std::vector<RelayHop>& hops) {
    std::vector<std::string> texts;
    for (const RelayHop& hop : hops) {
        texts.push_back(hop.domain);
        texts.push_back(std::to_string(hop.timestamp.time_since_epoch().count()));
        texts.emplace_back(hop.verified ? kVerified : "");
    }
    return pack(texts);
}

std::vector<RelayHop> unpack_relays(std::string_view packed) {
    std::vector<std::string> texts = unpack(packed);
    std::vector<RelayHop> hops;
    for (std::size_t i = 0; i + 2 < texts.size(); i += 3)
        hops.push_back({std::move(texts[i]), Time(std::chrono::seconds(number_of(texts[i + 1]))),
                        texts[i + 2] == kVerified});
    return hops;
}

std::string pack_failures(const std::vector<Failure>& failures) {
    std::vector<std::string> texts;
    for (const Failure& failure : failures) {
        texts.push_back(failure.recipient);
        texts.push_back(std::to_string(failure.code));
        texts.push_back(failure.cause);
    }
    return pack(texts);
}

std::vector<Failure> unpack_failures(std::string_view packed) {
    std::vector<std::string> texts = unpack(packed);
    std::vector<Failure> failures;
    for (std::size_t i = 0; i + 2 < texts.size(); i += 3)
        failures.push_back(
            {std::move(texts[i]), static_cast<int>(number_of(texts[i + 1])), std::move(texts[i + 2])});
    return failures;
}

std::string pack_actions(const std::vector<PushAction>& actions) {
    std::vector<std::string> texts;
    for (const PushAction& action : actions)
        texts.insert(texts.end(), {action.label, action.uri});
    return pack(texts);
}

std::vector<PushAction> unpack_actions(std::string_view packed) {
    std::vector<std::string> texts = unpack(packed);
    std::vector<PushAction> actions;
    for (std::size_t i = 0; i + 1 < texts.size(); i += 2)
        actions.push_back({std::move(texts[i]), std::move(texts[i + 1])});
    return actions;
}

Result<void> insert_part(Database& connection, std::int64_t message, std::size_t number, const Part& part) {
    return connection
        .query(
            "INSERT INTO parts (message, no, name, type, class, length, body, digest) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            message, number, part.id, part.type, static_cast<int>(part.part_class), part.length, part.body,
            part.digest)
        .run();
}

Part read_part(const Row& row) {
    return {row.text(0),  row.text(1),   static_cast<PartClass>(row.number(2)),
            row.count(3), row.number(4), row.array<32>(5)};
}

Envelope read_envelope(const Row& row) {
    Envelope envelope;
    envelope.id = row.text(0);
    envelope.from = row.text(1);
    envelope.to = unpack(row.text(2));
    envelope.cc = unpack(row.text(3));
    envelope.subject = row.text(4);
    envelope.date = row.time(5);
    envelope.expires = row.maybe_time(6);
    envelope.importance = static_cast<Importance>(row.number(7));
    envelope.secure = row.flag(8);
    envelope.reply_to = row.text(9);
    envelope.in_reply_to = row.text(10);
    envelope.references = unpack(row.text(11));
    envelope.received = unpack_hops(row.text(12));
    envelope.failed = unpack_failures(row.text(13));
    envelope.kind = static_cast<Kind>(row.number(14));
    envelope.original_from = row.text(15);
    envelope.received_via = unpack_relays(row.text(16));
    envelope.actions = unpack_actions(row.text(17));
    envelope.sequence = row.count(18);
    envelope.previous = row.text(19);
    envelope.chain = row.text(20);
    return envelope;
}

}  // namespace

Result<std::int64_t> insert_message(Database& connection, const Message& message) {
    const Envelope& envelope = message.envelope;
    auto added =
        connection
            .query(
                "INSERT INTO messages (uuid, sender, recipients, copies, subject, date, expires, importance, "
                "secure, reply_to, in_reply_to, reference_list, received, failed, length, kind, "
                "original_from, received_via, actions, sequence, previous, chain) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                envelope.id, envelope.from, pack(envelope.to), pack(envelope.cc), envelope.subject,
                envelope.date, envelope.expires, static_cast<int>(envelope.importance),
                static_cast<int>(envelope.secure), envelope.reply_to, envelope.in_reply_to,
                pack(envelope.references), pack_hops(envelope.received), pack_failures(envelope.failed),
                message.length(), static_cast<int>(envelope.kind), envelope.original_from,
                pack_relays(envelope.received_via), pack_actions(envelope.actions), envelope.sequence,
                envelope.previous, envelope.chain)
            .run();
    if (!added) return std::unexpected(added.error());
    const std::int64_t id = connection.last_id();
    for (std::size_t number = 0; number < message.parts.size(); ++number)
        if (auto part = insert_part(connection, id, number, message.parts[number]); !part)
            return std::unexpected(part.error());
    return id;
}

Result<std::optional<Message>> select_message(Database& connection, std::int64_t id) {
    auto envelope =
        connection
            .query(
                "SELECT uuid, sender, recipients, copies, subject, date, expires, importance, "
                "secure, reply_to, in_reply_to, reference_list, received, failed, kind, original_from, "
                "received_via, actions, sequence, previous, chain FROM messages WHERE id = ?",
                id)
            .one(read_envelope);
    if (!envelope) return std::unexpected(envelope.error());
    if (!*envelope) return std::nullopt;
    auto parts =
        connection
            .query("SELECT name, type, class, length, body, digest FROM parts WHERE message = ? ORDER BY no",
                   id)
            .all(read_part);
    if (!parts) return std::unexpected(parts.error());
    return Message{std::move(**envelope), std::move(*parts)};
}

}  // namespace immp::bridge
