// Reading a message that was sealed end to end: opened, its sender's key judged (docs/envelope.md, 8.2).
#pragma once

#include <optional>
#include <string>

#include "bridge/client/commands.hpp"
#include "bridge/client/mailbox.hpp"
#include "bridge/client/own_keys.hpp"
#include "bridge/client/pins.hpp"
#include "bridge/mail/content_opener.hpp"

namespace immp::bridge::client {

/// Who reads: his account, keys and pins.
struct SealReader {
    std::string account;
    KeyRing ring;
    Pins pins;
};

[[nodiscard]] Outcome<SealReader> seal_reader(const Context& context);

/// By whose key it is signed, and what that is worth.
struct SealedBy {
    std::string sender;
    armor::Digest fingerprint{};  ///< of his record in use
    bool compared = false;
    bool former = false;  ///< signed by a key that he replaced since
    bool self = false;    ///< the reader's own

    /// `alice@a.example, key 1234 5678 ... (compared)`, safe to show.
    [[nodiscard]] std::string text() const;
};

/// Whether a message says that its content is sealed.
[[nodiscard]] const MessagePart* sealed_part(const OpenedMessage& message);

/// Opens the content of `message` and puts what is inside in the place of subject, parts and text. Nothing is
/// changed before all of it was found true. ExitStatus::bad_input with what is wrong and how to mend it;
/// ExitStatus::configuration where no key that opens it is here; ExitStatus::temporary where the sender's key
/// cannot be asked for.
[[nodiscard]] Outcome<SealedBy> unseal(Conversation& conversation, SealReader& reader,
                                       const std::string& folder, OpenedMessage& message);

/// Opens a sealed message for one part inside, whose octets `sink` gets as they come: what it made of them is
/// to be thrown away where this fails, since only the end tells. Nothing where the message has no part of the
/// name that sealed content goes by. ExitStatus::no_input where there is no such part inside.
[[nodiscard]] Outcome<std::optional<PartHeader>> unseal_part(Conversation& conversation, SealReader& reader,
                                                             const std::string& folder, const std::string& id,
                                                             const std::string& part,
                                                             const Conversation::Sink& sink);

}  // namespace immp::bridge::client
