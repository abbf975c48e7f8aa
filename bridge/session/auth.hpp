// What a session remembers between AUTH SECRET and AUTH RESPONSE (decisions, 3).
#pragma once

#include <string>

#include "bridge/session/request.hpp"

namespace immp::bridge {

/// Serves one answer, whatever becomes of it.
struct Challenge {
    std::string account;       ///< prepared
    std::string account_sent;  ///< as sent, after unquoting: both sides sign this
    std::string device;
    std::string n1;
    std::string n2;
    std::string line;  ///< the 303 line from `n1=`
    Credential credential;
};

/// The password that a login proved: what AUTH RENEW may replace.
struct ProvedPassword {
    armor::Argon2Cost cost;
    armor::SecretBytes<32> stored_key;
};

}  // namespace immp::bridge
