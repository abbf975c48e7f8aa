// One client: its socket, its session machine and its node, joined. Carries the session's actions out in
// their order, and feeds it what comes. Everything on the I/O thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include <asio/steady_timer.hpp>

#include "bridge/net/admission.hpp"
#include "bridge/net/log.hpp"
#include "bridge/net/output_queue.hpp"
#include "bridge/net/tls_socket.hpp"
#include "bridge/session/host.hpp"
#include "bridge/session/session.hpp"

namespace immp::bridge {

/// Times and sizes of a connection; idle times are the session's (SessionLimits).
struct ConnectionLimits {
    std::chrono::milliseconds handshake{20'000};  ///< from StartTls to its end; then closed
    std::chrono::milliseconds login{120'000};     ///< from the accept to a login; then 408 and closed
    std::chrono::milliseconds farewell{5'000};    ///< for the last replies to be taken; then closed
    std::size_t high_water_bytes = 256 * 1024;    ///< of queued output: nothing more is read
    std::size_t low_water_bytes = 64 * 1024;      ///< Session::drained below it
};

enum class ConnectionState {
    open,         ///< octets go to the session
    upgrading,    ///< StartTls: the queue is written first, nothing is read
    handshaking,  ///< TLS
    ending,       ///< Close: the queue is written, nothing is read
    lingering,    ///< our stream is ended; the client's octets are thrown away, or a reset would overtake the
                  ///< last reply
    closed,       ///< the descriptor is released
};

struct ConnectionSetup {
    ListenerKind kind = ListenerKind::upgrade;
    SessionServices services;
    ConnectionLimits limits;
    /// The context for a handshake that starts now.
    std::function<TlsContext()> tls;
    LogFunction log;
};

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    /// `setup` outlives the connection. `closed` is called once, when the descriptor has been released.
    Connection(asio::ip::tcp::socket socket, std::shared_ptr<const ConnectionSetup> setup,
               std::unique_ptr<SessionHost> host, std::string peer);
    ~Connection();

    /// Greets (or awaits TLS) and runs until closed; pending operations keep the object alive.
    void start(std::function<void()> closed);
    /// Orderly: 703 after what is pending is answered.
    void shut_down();
    /// At once.
    void close();
    [[nodiscard]] ConnectionState state() const { return state_; }

  private:
    using Clock = std::chrono::steady_clock;

    void add(Actions actions);
    void run();
    bool step();
    void carry_out(Action action);
    void ask(Ask question);
    void pull(Pull wanted);
    bool write_some();
    bool read_some();
    bool advance();
    [[nodiscard]] bool may_read() const;
    bool begin_handshake();
    bool continue_handshake();
    bool take(const IoResult& result);
    void wait_readable();
    void wait_writable();
    void arm_timer();
    void on_timer();
    [[nodiscard]] Clock::time_point deadline() const;

    std::shared_ptr<const ConnectionSetup> setup_;
    TlsSocket socket_;
    std::unique_ptr<SessionHost> host_;
    std::unique_ptr<Session> session_;
    asio::steady_timer timer_;
    std::function<void()> closed_;
    std::string peer_;
    std::deque<Action> pending_;
    OutputQueue output_;
    ConnectionState state_ = ConnectionState::open;
};

}  // namespace immp::bridge
