#include "bridge/net/connection.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include <asio/post.hpp>

namespace immp::bridge {

namespace {

/// Then others have their turn: a connection that always has work must not starve the rest.
constexpr int kStepsPerTurn = 16;
constexpr std::size_t kReadBytes = 16 * 1024;

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, std::shared_ptr<const ConnectionSetup> setup,
                       std::unique_ptr<SessionHost> host, std::string peer)
    : setup_(std::move(setup)),
      socket_(std::move(socket)),
      timer_(socket_.executor()),
      driver_(std::make_shared<SessionDriver>(setup_->kind, setup_->services, std::move(host))),
      peer_(std::move(peer)),
      accepted_(Clock::now()),
      entered_(accepted_),
      moved_(accepted_) {}

void Connection::start(std::function<void()> closed) {
    closed_ = std::move(closed);
    driver_->begin([weak = weak_from_this()](SessionDriver::Wake when) {
        const auto self = weak.lock();
        if (self) when == SessionDriver::Wake::now ? self->run() : self->run_soon();
    });
    if (setup_->kind == ListenerKind::upgrade)
        add(session().start());
    else
        begin_handshake(TlsVersions::both);
    run();
}

void Connection::shut_down() {
    if (state_ == ConnectionState::upgrading || state_ == ConnectionState::handshaking) return close();
    if (state_ != ConnectionState::open) return;
    add(session().shut_down());
    run();
}

void Connection::close() {
    if (state_ == ConnectionState::closed) return;
    enter(ConnectionState::closed);
    socket_.close();
    timer_.cancel();
    driver_->close();
    if (closed_) std::exchange(closed_, nullptr)();
}

void Connection::run() {
    if (running_) return;
    running_ = true;
    int steps = 0;
    while (steps < kStepsPerTurn && step())
        ++steps;
    running_ = false;
    if (state_ == ConnectionState::closed) return;
    if (steps == kStepsPerTurn) run_soon();
    arm_timer();
}

void Connection::run_soon() {
    if (std::exchange(runs_soon_, true)) return;
    asio::post(socket_.executor(), [self = shared_from_this()] {
        self->runs_soon_ = false;
        self->run();
    });
}

bool Connection::step() {
    if (driver_->has_pending()) {
        if (auto own = driver_->next())
            std::visit([this](auto& action) { carry_out(std::move(action)); }, *own);
        return true;
    }
    switch (state_) {
        case ConnectionState::open: return serve();
        case ConnectionState::upgrading:
            return write_some() || (output_.empty() && begin_handshake(versions_));
        case ConnectionState::handshaking: return continue_handshake();
        case ConnectionState::ending: return write_some() || (output_.empty() && begin_lingering());
        case ConnectionState::lingering: return throw_away();
        case ConnectionState::closed: break;
    }
    return false;
}

/// A failure closes within any of these; a session whose host is gone must not be asked for more.
bool Connection::serve() {
    using Work = bool (Connection::*)();
    constexpr Work kInTurn[] = {&Connection::write_some, &Connection::tell_drained, &Connection::go_on,
                                &Connection::read_some, &Connection::end_after_input};
    for (const Work work : kInTurn) {
        if ((this->*work)()) return true;
        if (state_ != ConnectionState::open) break;
    }
    return false;
}

// -- actions

void Connection::carry_out(Send send) {
    if (state_ != ConnectionState::open) return;
    output_.push(std::move(send.octets));
    owes_drained_ = true;
}

void Connection::carry_out(StartTls wanted) {
    versions_ = wanted.version == TlsVersion::tls1_2 ? TlsVersions::only_1_2 : TlsVersions::only_1_3;
    // The session refuses what it was given behind UPGRADE; this came too late for that, and would be taken
    // for the client's handshake.
    if (socket_.has_unread()) return enter(ConnectionState::ending);
    enter(ConnectionState::upgrading);
}

void Connection::carry_out(Close) {
    if (state_ == ConnectionState::open || state_ == ConnectionState::upgrading)
        enter(ConnectionState::ending);
}

// -- octets

bool Connection::has_room() const {
    return output_.size_bytes() < setup_->limits.high_water_bytes && !driver_->congested();
}

/// What a compressed body gives in one call is bounded; the rest comes when there is room for it.
bool Connection::go_on() {
    if (!session().has_work() || !has_room()) return false;
    add(session().receive({}));
    return true;
}

bool Connection::may_read() const {
    return !input_ended_ && session().wants_input() && has_room();
}

bool Connection::read_some() {
    if (!may_read()) return false;
    std::array<char, kReadBytes> room;
    const IoResult result = socket_.read(room);
    if (result.status == IoStatus::ended && !std::exchange(input_ended_, true)) {
        add(session().input_ended());
        return true;
    }
    if (result.status != IoStatus::done) return await(result, "reading");
    moved_ = Clock::now();
    add(session().receive({room.data(), result.octets}));
    return true;
}

bool Connection::throw_away() {
    std::array<char, kReadBytes> room;
    const IoResult result = socket_.read(room);
    if (result.status == IoStatus::done) return true;
    if (result.status == IoStatus::ended) close();
    return await(result, "ending");
}

bool Connection::write_some() {
    if (output_.empty()) return false;
    const IoResult result = socket_.write(output_.front());
    if (result.status != IoStatus::done) return await(result, "writing");
    moved_ = Clock::now();
    output_.consume(result.octets);
    return true;
}

bool Connection::tell_drained() {
    if (!owes_drained_ || output_.size_bytes() > setup_->limits.low_water_bytes) return false;
    owes_drained_ = false;
    add(session().drained());
    return true;
}

/// A client may end its stream behind its last command and still take the replies.
bool Connection::end_after_input() {
    if (!input_ended_ || driver_->unanswered() != 0 || !output_.empty() || session().has_work()) return false;
    return begin_lingering();
}

bool Connection::await(const IoResult& result, std::string_view doing) {
    switch (result.status) {
        case IoStatus::want_read: wait_readable(); break;
        case IoStatus::want_write: wait_writable(); break;
        case IoStatus::failed:
            setup_->log(LogLevel::debug, peer_ + ": " + std::string(doing) + ": " + result.detail);
            close();
            break;
        case IoStatus::done:
        case IoStatus::ended: break;
    }
    return false;
}

// -- states

void Connection::enter(ConnectionState state) {
    state_ = state;
    entered_ = Clock::now();
}

bool Connection::begin_handshake(TlsVersions versions) {
    enter(ConnectionState::handshaking);
    if (const auto started = socket_.start_tls(setup_->tls(), versions); !started) {
        setup_->log(LogLevel::error, started.error().text + ": " + started.error().detail);
        close();
        return false;
    }
    return true;
}

bool Connection::continue_handshake() {
    const IoResult result = socket_.handshake();
    if (result.status == IoStatus::done) {
        moved_ = Clock::now();
        enter(ConnectionState::open);
        add(session().tls_established(socket_.facts()));
        return true;
    }
    if (result.status != IoStatus::failed && result.status != IoStatus::ended)
        return await(result, "handshake");
    setup_->log(LogLevel::debug, peer_ + ": TLS handshake: " + result.detail);
    return begin_lingering();  // the alert that says why is on its way
}

bool Connection::begin_lingering() {
    socket_.end_output();
    enter(ConnectionState::lingering);
    return true;
}

// -- time

bool Connection::before_login() const {
    return session().state() == SessionState::unencrypted ||
           session().state() == SessionState::unauthenticated;
}

Connection::Clock::time_point Connection::deadline() const {
    const ConnectionLimits& limits = setup_->limits;
    switch (state_) {
        case ConnectionState::open: {
            const auto idle = moved_ + session().idle_limit();
            return before_login() ? std::min<Clock::time_point>(idle, accepted_ + limits.login) : idle;
        }
        case ConnectionState::upgrading:
        case ConnectionState::handshaking: return entered_ + limits.handshake;
        case ConnectionState::ending:
        case ConnectionState::lingering: return entered_ + limits.farewell;
        case ConnectionState::closed: break;
    }
    return Clock::time_point::max();
}

/// Armed again only for an earlier time: traffic moves the deadline away far more often than it passes.
void Connection::arm_timer() {
    const Clock::time_point wanted = deadline();
    if (armed_for_ <= wanted) return;
    armed_for_ = wanted;
    timer_.expires_at(wanted);
    timer_.async_wait([self = shared_from_this()](asio::error_code aborted) {
        if (!aborted) self->on_timer();
    });
}

void Connection::on_timer() {
    armed_for_ = Clock::time_point::max();
    const Clock::time_point now = Clock::now();
    if (state_ == ConnectionState::closed) return;
    if (now < deadline()) return arm_timer();
    if (state_ != ConnectionState::open) return close();
    const bool too_late = before_login() && now >= accepted_ + setup_->limits.login;
    moved_ = now;
    add(session().idle());
    if (too_late) {
        Actions end;
        end.emplace_back(Close{});
        add(std::move(end));
    }
    run();
}

void Connection::wait_readable() {
    if (std::exchange(awaits_readable_, true)) return;
    socket_.wait(asio::ip::tcp::socket::wait_read, [self = shared_from_this()](asio::error_code aborted) {
        self->awaits_readable_ = false;
        if (!aborted) self->run();
    });
}

void Connection::wait_writable() {
    if (std::exchange(awaits_writable_, true)) return;
    socket_.wait(asio::ip::tcp::socket::wait_write, [self = shared_from_this()](asio::error_code aborted) {
        self->awaits_writable_ = false;
        if (!aborted) self->run();
    });
}

}  // namespace immp::bridge
