// Who of a message's recipients gets it sealed end to end, and sealing it on its way (docs/envelope.md, 8).
#pragma once

#include <string>
#include <vector>

#include "bridge/client/conversation.hpp"
#include "bridge/client/outgoing.hpp"
#include "bridge/client/own_keys.hpp"
#include "bridge/client/pins.hpp"
#include "bridge/mail/content_sealer.hpp"

namespace immp::bridge::client {

/// What the user wants of it.
enum class SealWish {
    as_they_can,  ///< for each recipient who has a key
    always,       ///< or the message does not go
    never,
};

struct SealPlan {
    std::vector<SealRecipient> sealed;  ///< who has a key, without the sender
    std::vector<std::string> plain;     ///< who has none: every server on the way to them can read it
};

/// Asks for each recipient's key. Failures, before anything is sent: ExitStatus::refused where one has none
/// and the wish is `always`; ExitStatus::bad_input where a pinned key changed or is gone, or is over;
/// ExitStatus::temporary where a domain does not say.
[[nodiscard]] Outcome<SealPlan> plan_sealing(Conversation& conversation, Pins& pins,
                                             const std::string& account,
                                             const std::vector<std::string>& recipients, SealWish wish);

/// As submit(), to those of the plan who have keys. Text and attachments are read twice, since the seal in
/// front has their digest. ExitStatus::input_output for a file that changed in between.
[[nodiscard]] Outcome<Submission> submit_sealed(Conversation& conversation, const Outgoing& message,
                                                const SealPlan& plan, const OwnKey& own);

}  // namespace immp::bridge::client
