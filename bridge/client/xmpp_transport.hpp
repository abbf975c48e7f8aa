// A session's octets through the user's XMPP account: the stream to his server (xmpp_stream.hpp) and the
// tunnel in it (tunnel.hpp), driven.
#pragma once

#include <memory>
#include <string>

#include "bridge/client/transport.hpp"
#include "bridge/client/xmpp_stream.hpp"

namespace immp::bridge::client {

/// Logs in at the user's own XMPP server, with a resource of its own, and opens a session at its domain's
/// component. `patience` bounds the connecting and every later wait in which nothing moves; then, and when
/// the stream is lost, it goes on over a new one (resume_pace.hpp), and says so on standard error. Failures:
/// those of XmppStream and Tunnel.
[[nodiscard]] Outcome<std::unique_ptr<Transport>> open_through_xmpp(XmppLogin login,
                                                                    std::chrono::milliseconds patience);

}  // namespace immp::bridge::client
