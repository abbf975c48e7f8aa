// How `immp send` sends: to whom sealed, to whom not.
#pragma once

#include <string>
#include <vector>

#include "bridge/client/commands.hpp"
#include "bridge/client/outgoing.hpp"
#include "bridge/client/own_keys.hpp"
#include "bridge/client/sealing.hpp"

namespace immp::bridge::client {

/// What `immp send` is to do, beside the message.
struct SendOrder {
    std::string account;
    SealWish wish = SealWish::as_they_can;
    KeyRing ring;  ///< the sender's own

    [[nodiscard]] const OwnKey* seals_with() const {
        return wish == SealWish::never ? nullptr : current_key(ring);
    }
};

/// --sealed, --plain, --from (never sealed), and the keys that are here. ExitStatus::configuration where it
/// is to be sealed and there is no key, or it is over.
[[nodiscard]] Outcome<SendOrder> read_send_order(const Context& context, const Arguments& arguments);

/// One message, or a sealed and a plain one where not everybody has a key.
using Submissions = std::vector<Submission>;

/// Tells the user who gets it sealed and who does not, then sends it.
[[nodiscard]] Outcome<Submissions> submit_as_ordered(Context& context, Conversation& conversation,
                                                     const SendOrder& order, Outgoing message);

}  // namespace immp::bridge::client
