// The user's XMPP account, by libstrophe, whose one home bridge/client/xmpp_stream.cpp is: connecting,
// STARTTLS with a proved certificate, SASL, a resource of our own; then iq stanzas in and out. Blocking
// calls, one thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "armor/secret.hpp"
#include "bridge/client/connection.hpp"
#include "bridge/client/tunnel.hpp"

namespace immp::bridge::client {

struct XmppLogin {
    std::string account;   ///< prepared IMID, which is the bare JID
    std::string resource;  ///< that nobody guesses
    armor::SecretText password;
    std::string ca_file;  ///< PEM, besides the system's authorities; may be empty
};

class XmppStream {
  public:
    using Heard = std::function<void(TunnelIq)>;

    /// Logged in, with no presence. `heard` is called for each iq, from
    /// within run(). Failures: ExitStatus::unavailable, ExitStatus::protocol for TLS,
    /// ExitStatus::credentials, ExitStatus::temporary.
    [[nodiscard]] static Outcome<std::unique_ptr<XmppStream>> connect(const XmppLogin& login,
                                                                      const Endpoint& server,
                                                                      std::chrono::milliseconds patience,
                                                                      Heard heard);
    ~XmppStream();
    XmppStream(const XmppStream&) = delete;
    XmppStream& operator=(const XmppStream&) = delete;

    void send(const std::string& stanza);
    /// Sends what waits, and hears what comes within that time; returns early when something came.
    void run(std::chrono::milliseconds time);
    /// Octets of ours that the socket has not taken.
    [[nodiscard]] bool has_unsent() const;
    /// Why it ended; nothing while it lives.
    [[nodiscard]] const std::optional<Failure>& ended() const;

  private:
    class Impl;
    explicit XmppStream(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace immp::bridge::client
