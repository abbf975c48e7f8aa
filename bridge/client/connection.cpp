#include "bridge/client/connection.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "bridge/client/connection_state.hpp"
#include "bridge/client/public_address.hpp"

namespace immp::bridge::client {

namespace {

using std::chrono::milliseconds;

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

/// A connected, non-blocking socket, or errno.
std::expected<int, int> connect_to(const addrinfo& address, const Patience& patience) {
    const int descriptor =
        ::socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol);
    if (descriptor < 0) return std::unexpected(errno);
    int error = ::connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
        socklen_t size = sizeof error;
        if (!await(descriptor, Wanted::writable, patience))
            error = ETIMEDOUT;
        else
            ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error != 0) {
        ::close(descriptor);
        return std::unexpected(error);
    }
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

}  // namespace

bool await(int descriptor, Wanted wanted, const Patience& patience) {
    pollfd waiting[] = {{descriptor, static_cast<short>(wanted == Wanted::readable ? POLLIN : POLLOUT), 0},
                        {patience.break_off, POLLIN, 0}};  // poll(2) does not look at a negative one
    const auto end = patience.end();
    while (true) {
        const auto left = std::chrono::ceil<milliseconds>(end - Patience::Clock::now()).count();
        const int ready = ::poll(waiting, std::size(waiting), static_cast<int>(std::max<long>(left, 0)));
        if (ready > 0) return waiting[1].revents == 0;
        if (ready == 0 || errno != EINTR) return false;
    }
}

std::string Endpoint::text() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Outcome<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port) {
    const auto refuse = [&] {
        return failed(ExitStatus::usage, "\"" + std::string(text) + "\" is no server; write HOST:PORT, " +
                                             "with an IPv6 address in brackets");
    };
    Endpoint endpoint{{}, default_port};
    std::string_view port;
    if (text.starts_with('[')) {
        const auto bracket = text.find(']');
        if (bracket == text.npos) return refuse();
        endpoint.host = text.substr(1, bracket - 1);
        port = text.substr(bracket + 1);
    } else {
        const auto colon = text.find(':');
        if (colon != text.rfind(':')) return refuse();
        endpoint.host = text.substr(0, colon);
        port = colon == text.npos ? std::string_view() : text.substr(colon);
    }
    if (endpoint.host.empty()) return refuse();
    if (port.empty()) return endpoint;
    const auto number = parse_port(port.substr(1));
    if (!port.starts_with(':') || !number) return refuse();
    endpoint.port = *number;
    return endpoint;
}

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Outcome<Connection> Connection::dial(const Endpoint& endpoint, Patience patience, Reach reach) {
    addrinfo wish{};
    wish.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int refused =
        ::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &wish, &found);
    if (refused != 0)
        return failed(refused == EAI_AGAIN ? ExitStatus::temporary : ExitStatus::unavailable,
                      "no address for " + endpoint.host + " (" + ::gai_strerror(refused) +
                          "); check the name, or name the server with --server HOST:PORT");
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
    std::optional<int> error;
    for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
        if (reach == Reach::public_only && !is_public(*address->ai_addr)) continue;
        const auto descriptor = connect_to(*address, patience);
        if (descriptor) return Connection(std::make_unique<State>(*descriptor, endpoint, patience));
        error = descriptor.error();
    }
    if (!error)
        return failed(ExitStatus::unavailable,
                      endpoint.text() + " is at a private or reserved address, and only a route leads there");
    return failed(ExitStatus::unavailable, "cannot reach " + endpoint.text() + " (" + std::strerror(*error) +
                                               "); is the server running, and the port right and open?");
}

void Connection::end_by(Patience::Clock::time_point time) {
    state_->patience.until = time;
}

bool Connection::readable_within(milliseconds time) {
    if (state_->ssl && SSL_has_pending(state_->ssl.get()) == 1) return true;
    Patience patience = state_->patience;
    patience.each = time;
    return await(state_->descriptor, Wanted::readable, patience);
}

Outcome<std::size_t> Connection::read(std::span<char> room) {
    State& s = *state_;
    // A server that always has an octet more is never waited for.
    if (Patience::Clock::now() >= s.patience.until) return std::unexpected(s.silent());
    while (true) {
        Wanted wanted = Wanted::readable;
        if (s.ssl) {
            std::size_t got = 0;
            const int returned = SSL_read_ex(s.ssl.get(), room.data(), room.size(), &got);
            if (returned == 1) return got;
            const int error = SSL_get_error(s.ssl.get(), returned);
            if (error == SSL_ERROR_ZERO_RETURN) return std::size_t{0};
            if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
                return std::unexpected(s.lost("cut off"));
            if (error == SSL_ERROR_WANT_WRITE) wanted = Wanted::writable;
        } else {
            const ssize_t got = ::recv(s.descriptor, room.data(), room.size(), 0);
            if (got >= 0) return static_cast<std::size_t>(got);
            if (errno != EAGAIN && errno != EINTR) return std::unexpected(s.lost(std::strerror(errno)));
        }
        if (!await(s.descriptor, wanted, s.patience)) return std::unexpected(s.silent());
    }
}

Outcome<void> Connection::write(std::string_view octets) {
    State& s = *state_;
    while (!octets.empty()) {
        Wanted wanted = Wanted::writable;
        if (s.ssl) {
            std::size_t sent = 0;
            const int returned = SSL_write_ex(s.ssl.get(), octets.data(), octets.size(), &sent);
            if (returned == 1) {
                octets.remove_prefix(sent);
                continue;
            }
            const int error = SSL_get_error(s.ssl.get(), returned);
            if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
                return std::unexpected(s.lost("cut off"));
            if (error == SSL_ERROR_WANT_READ) wanted = Wanted::readable;
        } else {
            const ssize_t sent = ::send(s.descriptor, octets.data(), octets.size(), MSG_NOSIGNAL);
            if (sent >= 0) {
                octets.remove_prefix(static_cast<std::size_t>(sent));
                continue;
            }
            if (errno != EAGAIN && errno != EINTR) return std::unexpected(s.lost(std::strerror(errno)));
        }
        if (!await(s.descriptor, wanted, s.patience)) return std::unexpected(s.silent());
    }
    return {};
}

}  // namespace immp::bridge::client
