#include "client.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

namespace immp::bench {
namespace {

sockaddr_in endpoint(std::uint32_t address, std::uint16_t port) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(address);
    where.sin_port = htons(port);
    return where;
}

[[noreturn]] void fail(const std::string& doing) {
    throw Failure(doing + ": " + std::strerror(errno));
}

int connect_to(const Route& route) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) fail("socket");
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (route.source != 0) {
        // The port is chosen at connect, when the whole of the connection is known.
        ::setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        const auto from = endpoint(route.source, 0);
        if (::bind(socket, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) fail("bind");
    }
    const auto to = endpoint(INADDR_LOOPBACK, route.port);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS)
        fail("connect");
    return socket;
}

Reply parse(std::string_view line) {
    Reply reply;
    const bool has_code =
        line.size() >= 3 && std::from_chars(line.data(), line.data() + 3, reply.code).ec == std::errc();
    if (!has_code) throw Failure("not a reply: " + std::string(line));
    reply.more = line.size() > 3 && line[3] == '-';
    const auto space = line.find(' ');
    if (space != std::string_view::npos) reply.text = line.substr(space + 1);
    return reply;
}

}  // namespace

TlsClientContext client_context(const std::string& authority) {
    TlsClientContext context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context.get(), 1);
    if (SSL_CTX_load_verify_locations(context.get(), authority.c_str(), nullptr) != 1)
        throw Failure("no authority in " + authority);
    return context;
}

Client::Client(Loop& loop, const TlsClientContext& context, const Route& route)
    : socket_(connect_to(route)), ssl_(SSL_new(context.get())) {
    SSL_set_fd(ssl_.get(), socket_);
    SSL_set_tlsext_host_name(ssl_.get(), route.domain.c_str());
    SSL_set1_host(ssl_.get(), route.domain.c_str());
    SSL_set_connect_state(ssl_.get());
    loop.watch(socket_, *this);
}

Client::~Client() {
    ::close(socket_);
}

void Client::on_ready() {
    if (!secured_ && !shake_hands()) return;
    read_all();
    flush();
}

bool Client::shake_hands() {
    ERR_clear_error();
    const int returned = SSL_do_handshake(ssl_.get());
    if (returned == 1) return secured_ = true;
    has_to_wait(returned, "TLS handshake");
    return false;
}

void Client::read_all() {
    std::array<char, 65'536> room;
    for (;;) {
        ERR_clear_error();
        const int got = SSL_read(ssl_.get(), room.data(), room.size());
        if (got <= 0 && has_to_wait(got, "reading")) return;
        input_.append(room.data(), static_cast<std::size_t>(got));
        take_lines();
    }
}

void Client::take_lines() {
    std::size_t at = 0;
    for (std::size_t end; (end = input_.find('\n', at)) != std::string::npos; at = end + 1)
        if (on_reply_) on_reply_(*this, parse(std::string_view(input_).substr(at, end - at)));
    input_.erase(0, at);
    // Idle sessions are held by the thousand.
    if (input_.empty()) std::string().swap(input_);
}

void Client::flush() {
    if (!secured_) return;
    while (written_ < output_.size()) {
        ERR_clear_error();
        const int sent =
            SSL_write(ssl_.get(), output_.data() + written_, static_cast<int>(output_.size() - written_));
        if (sent <= 0 && has_to_wait(sent, "writing")) return;
        written_ += static_cast<std::size_t>(sent);
    }
    written_ = 0;
    output_.clear();
    if (output_.capacity() > 1 << 20) output_.shrink_to_fit();
}

bool Client::has_to_wait(int returned, const char* doing) {
    const int wants = SSL_get_error(ssl_.get(), returned);
    if (wants == SSL_ERROR_WANT_READ || wants == SSL_ERROR_WANT_WRITE) return true;
    if (wants == SSL_ERROR_ZERO_RETURN) throw Failure(std::string(doing) + ": the server ended the session");
    const char* reason = ERR_reason_error_string(ERR_peek_error());
    throw Failure(std::string(doing) + ": " + (reason != nullptr ? reason : std::strerror(errno)));
}

}  // namespace immp::bench
