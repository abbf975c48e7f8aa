// One client: its socket, its session machine and its node, joined. Carries the session's actions out in
// their order, and feeds it what comes. Everything on the I/O thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <asio/steady_timer.hpp>

#include "bridge/log.hpp"
#include "bridge/net/admission.hpp"
#include "bridge/net/output_queue.hpp"
#include "bridge/net/session_driver.hpp"
#include "bridge/net/tls_socket.hpp"

namespace immp::bridge {

/// Times and sizes of a connection; idle times are the session's (SessionLimits).
struct ConnectionLimits {
    std::chrono::milliseconds handshake{20'000};  ///< from StartTls to its end; then closed
    std::chrono::milliseconds login{120'000};     ///< from the accept to a login; then 408 and closed
    std::chrono::milliseconds farewell{10'000};   ///< for the last replies to be taken; then closed
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
    Log log;
};

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(asio::ip::tcp::socket socket, std::shared_ptr<const ConnectionSetup> setup,
               std::unique_ptr<SessionHost> host, std::string peer);

    /// Greets (or awaits TLS) and runs until closed; pending operations keep the object alive. `closed` is
    /// called once, when the descriptor has been released.
    void start(std::function<void()> closed);
    /// Orderly: 703 after what is pending is answered.
    void shut_down();
    /// At once.
    void close();
    [[nodiscard]] ConnectionState state() const { return state_; }

  private:
    using Clock = std::chrono::steady_clock;
    // Each of these does one piece of work; true: there may be more to do at once.
    bool step();
    bool serve();
    bool write_some();
    bool read_some();
    bool go_on();
    bool throw_away();
    bool tell_drained();
    bool begin_handshake(TlsVersions versions);
    bool continue_handshake();
    bool begin_lingering();
    bool end_after_input();

    void run();
    /// run() in the loop's next turn: what many answers of one commit say leaves in one record and one system
    /// call.
    void run_soon();
    void add(Actions actions) { driver_->add(std::move(actions)); }
    void carry_out(Send send);
    void carry_out(StartTls wanted);
    void carry_out(Close close);
    /// The others are the driver's.
    template <class Other>
    void carry_out(Other) {}
    void enter(ConnectionState state);
    /// Waits for what an operation wants, or closes after a failure; always false.
    bool await(const IoResult& result, std::string_view doing);
    [[nodiscard]] Session& session() { return driver_->session(); }
    [[nodiscard]] const Session& session() const { return std::as_const(*driver_).session(); }
    [[nodiscard]] bool has_room() const;
    [[nodiscard]] bool may_read() const;

    void wait_readable();
    void wait_writable();
    void arm_timer();
    void on_timer();
    [[nodiscard]] bool before_login() const;
    [[nodiscard]] Clock::time_point deadline() const;

    std::shared_ptr<const ConnectionSetup> setup_;
    TlsSocket socket_;
    asio::steady_timer timer_;
    std::shared_ptr<SessionDriver> driver_;
    std::string peer_;
    std::function<void()> closed_;

    ConnectionState state_ = ConnectionState::open;
    TlsVersions versions_ = TlsVersions::both;
    OutputQueue output_;
    bool owes_drained_ = false;  // something was sent since Session::drained
    bool input_ended_ = false;   // the client sends no more, but may still take replies
    bool running_ = false;       // a callback out of run() must not run again
    bool runs_soon_ = false;
    bool awaits_readable_ = false;
    bool awaits_writable_ = false;
    Clock::time_point accepted_;
    Clock::time_point entered_;  // the present state
    Clock::time_point moved_;    // an octet, either way
    Clock::time_point armed_for_ = Clock::time_point::max();
};

}  // namespace immp::bridge
