// From a dialled connection to an encrypted session, before the login (decisions, 1: greeting, UPGRADE).
#pragma once

#include <string>

#include "bridge/client/connection.hpp"
#include "bridge/client/conversation.hpp"

namespace immp::bridge::client {

/// How TLS begins at a server.
enum class TlsStart {
    ask,          ///< see whether a greeting comes in plain
    upgrade,      ///< plain greeting, then UPGRADE
    first_octet,  ///< TLS at once
};

[[nodiscard]] std::string_view tls_start_name(TlsStart start);
/// Of a stored name; `ask` for any other text.
[[nodiscard]] TlsStart parse_tls_start(std::string_view name);

/// The lines up to 101, where no UPGRADE is to follow.
[[nodiscard]] Outcome<void> read_greeting(Conversation& conversation);

struct Server {
    Endpoint endpoint;
    TlsStart start = TlsStart::ask;
    Reach reach = Reach::anywhere;
};

struct Greeted {
    Conversation conversation;
    Connection* connection;  ///< the conversation's own, where that is kept or moved to
    TlsStart start;          ///< never `ask`
};

/// Dials, encrypts (TLS 1.3, else 1.2), reads the greeting. Failures: those of Connection;
/// ExitStatus::protocol where no greeting comes, no acceptable method is offered, or octets follow the 204 in
/// plain.
[[nodiscard]] Outcome<Greeted> greet(const Server& server, const TlsDemand& demand, Patience patience);

}  // namespace immp::bridge::client
