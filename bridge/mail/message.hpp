// The message as every layer knows it: an envelope, and parts whose octets lie in the store.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "armor/hash.hpp"

namespace immp::bridge {

/// Seconds are all that goes over the wire (`YYYY-MM-DDThh:mm:ssZ`).
using Time = std::chrono::sys_seconds;

/// Where a body's octets lie: a key of the store's, never seen on the wire.
using BodyId = std::int64_t;

enum class Importance { low, normal, high };

enum class PartClass {
    attachment,
    content,  ///< exactly one part of a message (DATA +CONTENT)
};

struct Part {
    std::string id;  ///< the name given to DATA, or `part-<n>`
    std::string type;
    PartClass part_class = PartClass::attachment;
    std::uint64_t length = 0;  ///< octets of the body, unencoded
    BodyId body = 0;
    armor::Digest digest{};  ///< H("IMMP1 body", octets)
};

/// One relay or server that a message passed; `received` in the envelope.
struct Hop {
    std::string domain;
    Time timestamp;
};

/// One line of the trail of the bundle that brought a message; `received-via` in the envelope. It stands
/// outside the origin's signature: who passed the bundle on may have left lines out, or made them up.
struct RelayHop {
    std::string domain;
    Time timestamp;         ///< as the relay, or who speaks in its name, says
    bool verified = false;  ///< signed under the record that we had pinned of the domain when it was filed
};

/// What a bounce says of one recipient (decisions, 5: `envelope.failed`).
struct Failure {
    std::string recipient;
    int code = 0;
    std::string cause;
};

/// What an item is for. The numbers are in the store.
enum class Kind {
    mail,
    key,          ///< a question for a user's key, or its answer (envelope.md, 3.2): never in a folder
    push,         ///< docs/protocol.md, 18
    item,         ///< of a node, for those who subscribed to it (docs/protocol.md, 19)
    subscribe,    ///< a domain's wish for a node's items, or the answer: never in a folder
    unsubscribe,  ///< its end, from either side: never in a folder
};

/// What whoever gets a push may choose. Nobody but its user's own program ever opens the URI.
struct PushAction {
    std::string label;
    std::string uri;

    friend bool operator==(const PushAction&, const PushAction&) = default;
};

struct Envelope {
    std::string id;    ///< the sender's UUID, lower case
    std::string from;  ///< an IMID, or the bare domain of an anonymous sender
    /// Of a forwarded message: who wrote it, as the forwarder says. Nobody has verified it.
    std::string original_from;
    std::vector<std::string> to;
    std::vector<std::string> cc;
    std::string subject;
    Time date;
    std::optional<Time> expires;
    Importance importance = Importance::normal;
    bool secure = false;
    std::string reply_to;
    std::string in_reply_to;
    std::vector<std::string> references;
    std::vector<Hop> received;
    /// At most 50. Stored with the message as it came here, never sent to anybody.
    std::vector<RelayHop> received_via;
    std::vector<Failure> failed;
    Kind kind = Kind::mail;
    std::vector<PushAction> actions;  ///< of a push
    /// Of an item of a node: its number there, from 1 (0: none), and the digest (64 hex) of the item before,
    /// empty for the first.
    std::uint64_t sequence = 0;
    std::string previous;
    /// Whether it follows the item that came before: empty where it does, else `gap` or `edited`. Our own
    /// domain's word: it never travels.
    std::string chain;
    /// Who wrote in the name of a shared mailbox: told to who reads it there, never stored with the message,
    /// nor sent to anybody.
    std::string sender;
};

struct Message {
    Envelope envelope;
    std::vector<Part> parts;

    /// The sum of its parts, in octets.
    [[nodiscard]] std::uint64_t length() const {
        std::uint64_t sum = 0;
        for (const Part& part : parts)
            sum += part.length;
        return sum;
    }
};

}  // namespace immp::bridge
