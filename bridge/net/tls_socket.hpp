// A TCP socket that may turn to TLS. Non-blocking; the connection waits for readiness and calls again.
//
// asio::ssl::stream was left out: it keeps two 17 KiB buffers and a memory BIO for each connection for ever,
// and starts an operation a record. Here OpenSSL works on the descriptor itself and gives its buffers back
// while nothing moves (SSL_MODE_RELEASE_BUFFERS).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <asio/ip/tcp.hpp>
#include <openssl/types.h>

#include "bridge/net/tls_identity.hpp"
#include "bridge/session/session.hpp"

namespace immp::bridge {

/// Which protocol versions a handshake may end in.
enum class TlsVersions { only_1_2, only_1_3, both };

enum class IoStatus {
    done,        ///< `octets` moved; 0 only for a handshake
    want_read,   ///< nothing moved: wait until the socket is readable, then call again
    want_write,  ///< the same, writable
    ended,       ///< the other side ended its stream in good order
    failed,      ///< `detail` says why, for the log; the socket is of no more use
};

struct IoResult {
    IoStatus status = IoStatus::done;
    std::size_t octets = 0;
    std::string detail;
};

/// Of a client that is silent, the kernel asks whether it is there: first after kProbeAfter, then every
/// kProbeEvery. Nothing acknowledged for kVanishedAfter ends the connection (TCP_USER_TIMEOUT), whoever was
/// to speak.
inline constexpr std::chrono::seconds kProbeAfter{60};
inline constexpr std::chrono::seconds kProbeEvery{15};
inline constexpr std::chrono::seconds kVanishedAfter{120};

class TlsSocket {
  public:
    explicit TlsSocket(asio::ip::tcp::socket socket);

    /// Octets that are there now; never blocks. After a short read more may be there: call until want_read.
    [[nodiscard]] IoResult read(std::span<char> room);
    [[nodiscard]] IoResult write(std::string_view octets);
    /// From now on everything is TLS; then handshake() until it is done or fails.
    [[nodiscard]] Result<void> start_tls(const TlsContext& context, TlsVersions versions);
    [[nodiscard]] IoResult handshake();
    /// After the handshake.
    [[nodiscard]] TlsFacts facts() const;
    /// Whether octets wait in the kernel that nobody read yet.
    [[nodiscard]] bool has_unread();
    /// Tells the other side that nothing more comes (close_notify, FIN).
    void end_output();
    /// Releases the descriptor and cancels what waits.
    void close();

    [[nodiscard]] asio::any_io_executor executor() { return socket_.get_executor(); }

    template <class Handler>
    void wait(asio::ip::tcp::socket::wait_type type, Handler&& handler) {
        socket_.async_wait(type, std::forward<Handler>(handler));
    }

  private:
    struct FreeSsl {
        void operator()(SSL* ssl) const;
    };
    [[nodiscard]] IoResult tls_result(int returned);

    asio::ip::tcp::socket socket_;
    std::unique_ptr<SSL, FreeSsl> ssl_;
    bool ssl_failed_ = false;  // after a fatal error SSL_shutdown must not be called
};

}  // namespace immp::bridge
