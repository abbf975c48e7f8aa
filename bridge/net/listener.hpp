// The daemon's ears: listening sockets, the certificate in use, and the connections that came of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "bridge/log.hpp"
#include "bridge/net/admission.hpp"
#include "bridge/net/connection.hpp"
#include "bridge/net/listening.hpp"
#include "bridge/net/tls_identity.hpp"
#include "bridge/session/host.hpp"
#include "bridge/session/session.hpp"

namespace immp::bridge {

struct ListenerConfig {
    std::vector<ListenAddress> addresses;
    TlsFiles tls;
    std::string certificate_name;  ///< the domain in ASCII, which the certificate must name
    AdmissionLimits admission;
    ConnectionLimits connection;
    SessionServices session;
    std::chrono::milliseconds certificate_poll{30'000};  ///< how often the files are looked at
};

class Listener {
  public:
    Listener(asio::io_context& io, ListenerConfig config, SessionHostFactory hosts, Log log);
    /// Closes everything at once.
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Loads the certificate and binds all addresses, or none. Errors are one line for the administrator,
    /// with the remedy: 711 for the certificate, 700 for an address (in use, needs a privilege, not of this
    /// machine).
    [[nodiscard]] Result<void> open();
    /// From now on sessions begin; who came since open() has waited.
    void serve();
    /// What open() bound, in the order of the configuration, with real ports.
    [[nodiscard]] std::vector<ListenAddress> bound() const;

    /// SIGHUP: new connections use the files as they are now. Failure keeps the old ones; logged as well.
    Result<void> reload_certificate();

    /// Accepts no more and ends every session in order (703); `done` once the last is closed, or after
    /// `patience`, when the rest is closed at once.
    void shut_down(std::chrono::milliseconds patience, std::function<void()> done);
    [[nodiscard]] std::size_t sessions() const;

  private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace immp::bridge
