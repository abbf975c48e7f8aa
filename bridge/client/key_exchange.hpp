// KEY REQUEST and KEY PUBLISH (docs/protocol.md, 13), and what an answer means to this user's pins.
#pragma once

#include <string>
#include <vector>

#include "bridge/client/conversation.hpp"
#include "bridge/client/pins.hpp"

namespace immp::bridge::client {

/// The records of a user, oldest first, each step of which holds; empty where he has none and his domain's
/// was given instead. ExitStatus::protocol for an answer that is none, or names another.
[[nodiscard]] Outcome<std::vector<armor::Record>> request_key(Conversation& conversation,
                                                              const std::string& owner);

/// Asks for the key of `owner` and judges it; what is seen first or follows from the pin is pinned on return.
[[nodiscard]] Outcome<KeyFinding> find_key(Conversation& conversation, Pins& pins, const std::string& account,
                                           const std::string& owner);

/// A record is with the server, now or since before.
[[nodiscard]] Outcome<void> publish_key(Conversation& conversation, const armor::Record& record);

/// One line: the pinned key and the other one, and how to go on.
[[nodiscard]] std::string changed_text(const KeyFinding& finding);
[[nodiscard]] std::string withdrawn_text(const KeyFinding& finding);

}  // namespace immp::bridge::client
