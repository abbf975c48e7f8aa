// A logged-in session for an account that is known here.
#pragma once

#include <chrono>
#include <string>

#include "bridge/client/conversation.hpp"
#include "bridge/client/credentials.hpp"
#include "bridge/client/login.hpp"

namespace immp::bridge::client {

struct Entrance {
    std::string server;  ///< HOST:PORT; empty: found by DNS
    TlsStart start = TlsStart::ask;
    std::string ca_file;
};

struct Entered {
    Conversation conversation;
    TlsStart start;         ///< how TLS began there
    Derivation derivation;  ///< what the challenge asked for
};

/// Finds the server of an address's domain and encrypts; nobody is logged in. Where DNS names several
/// servers, the next is tried after one that cannot be reached.
[[nodiscard]] Outcome<Greeted> reach(const Entrance& entrance, const std::string& address,
                                     std::chrono::milliseconds patience);

/// The same for an account, and logs in.
[[nodiscard]] Outcome<Entered> enter(const Entrance& entrance, const Login& login,
                                     std::chrono::milliseconds patience);

/// The same for a stored account, of the listener, with its password and not this device's secret.
[[nodiscard]] Outcome<Entered> enter_with_password(const StoredAccount& account, armor::SecretText password,
                                                   std::chrono::milliseconds patience);

/// Through the user's XMPP account: `server` is that of the XMPP server.
[[nodiscard]] Outcome<Conversation> enter_through_xmpp(const Entrance& entrance, const std::string& account,
                                                       const armor::SecretText& password,
                                                       std::chrono::milliseconds patience);

/// The same with a stored account; a dearer challenge than before is stored.
[[nodiscard]] Outcome<Conversation> enter(Credentials& credentials, const StoredAccount& account,
                                          std::chrono::milliseconds patience);

/// `local@domain`, prepared. ExitStatus::bad_input says what is wrong.
[[nodiscard]] Outcome<std::string> parse_account(std::string_view address);

}  // namespace immp::bridge::client
