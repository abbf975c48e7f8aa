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

/// What a password of this account is hashed with.
struct Derivation {
    armor::Argon2Cost cost;
    armor::Salt salt{};
};

/// h: the password in NFC under Argon2id. ExitStatus::bad_input where it is not UTF-8, ExitStatus::internal
/// where there is no memory for it.
[[nodiscard]] Outcome<armor::StretchedPassword> stretch_secret(const armor::SecretText& secret,
                                                               const Derivation& derivation);

/// Proves the secret and has the server prove itself; what the challenge said is returned, its cost to be
/// remembered.
/// Failures: ExitStatus::credentials (402), ExitStatus::protocol for a challenge outside the bounds or
/// cheaper than seen before, and where the server's proof is missing or wrong.
[[nodiscard]] Outcome<Derivation> authenticate(Conversation& conversation, const Login& login);

}  // namespace immp::bridge::client
