// The client's side of AUTH SECRET and AUTH RESPONSE SCRAM (decisions, 3).
#pragma once

#include <string>

#include "armor/password.hpp"
#include "bridge/client/conversation.hpp"

namespace immp::bridge::client {

struct Login {
    std::string account;  ///< prepared IMID
    std::string device;   ///< empty: the account's password is meant
    armor::SecretText secret;
    armor::Argon2Cost seen{0, 0};  ///< the dearest cost met before for this account
};

/// Proves the secret and has the server prove itself; what the challenge cost is returned, to be remembered.
/// Failures: ExitStatus::credentials (402), ExitStatus::protocol for a challenge outside the bounds or
/// cheaper than seen before, and where the server's proof is missing or wrong.
[[nodiscard]] Outcome<armor::Argon2Cost> authenticate(Conversation& conversation, const Login& login);

}  // namespace immp::bridge::client
