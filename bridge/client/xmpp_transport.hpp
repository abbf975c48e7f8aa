// A session's octets through the user's XMPP account: the stream to his server (xmpp_stream.hpp) and the
// tunnel in it (tunnel.hpp), driven.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bridge/client/transport.hpp"
#include "bridge/client/xmpp_stream.hpp"

namespace immp::bridge::client {

/// Servers to try, in order; one at least. Asked anew for each stream.
using FindXmppServers = std::function<Outcome<std::vector<Endpoint>>()>;

/// Logs in at the user's own XMPP server, with a resource of its own, and opens a session at its domain's
/// component. `patience` bounds the connecting to each server and every later wait in which nothing moves;
/// then, and when the stream is lost, it goes on over a new one (resume_pace.hpp), and says so on standard
/// error. Failures: those of `find`, XmppStream and Tunnel.
[[nodiscard]] Outcome<std::unique_ptr<Transport>> open_through_xmpp(XmppLogin login, FindXmppServers find,
                                                                    std::chrono::milliseconds patience);

}  // namespace immp::bridge::client
