#include "bridge/net/tls_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>

#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace immp::bridge {

namespace {

constexpr std::string_view kExporterLabel = "EXPORTER-Channel-Binding";

IoResult system_result(IoStatus wanted) {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {wanted, 0, {}};
    return {IoStatus::failed, 0, std::strerror(errno)};
}

std::string reason_of(unsigned long code) {
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "TLS error";
}

std::pair<int, int> bounds_of(TlsVersions versions) {
    switch (versions) {
        case TlsVersions::only_1_2: return {TLS1_2_VERSION, TLS1_2_VERSION};
        case TlsVersions::only_1_3: return {TLS1_3_VERSION, TLS1_3_VERSION};
        case TlsVersions::both: break;
    }
    return {TLS1_2_VERSION, TLS1_3_VERSION};
}

/// A client that vanished without a word (its host died, its packets are dropped) is noticed by the kernel,
/// silent or not; otherwise its session would stay for as long as a client may be idle.
void notice_vanishing(int descriptor) {
    const auto set = [descriptor](int level, int name, int value) {
        ::setsockopt(descriptor, level, name, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(kProbeAfter.count()));
    set(IPPROTO_TCP, TCP_KEEPINTVL, static_cast<int>(kProbeEvery.count()));
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(std::chrono::milliseconds(kVanishedAfter).count()));
}

}  // namespace

void TlsSocket::FreeSsl::operator()(SSL* ssl) const {
    SSL_free(ssl);
}

TlsSocket::TlsSocket(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {
    asio::error_code ignored;
    socket_.non_blocking(true, ignored);
    // Replies are joined before they are written: waiting for more would only add delay.
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    notice_vanishing(socket_.native_handle());
}

IoResult TlsSocket::read(std::span<char> room) {
    if (ssl_ && !ssl_failed_) {
        ERR_clear_error();
        return tls_result(
            SSL_read(ssl_.get(), room.data(), static_cast<int>(std::min<std::size_t>(room.size(), INT_MAX))));
    }
    const ssize_t got = ::recv(socket_.native_handle(), room.data(), room.size(), 0);
    if (got < 0) return system_result(IoStatus::want_read);
    if (got == 0) return {IoStatus::ended, 0, {}};
    return {IoStatus::done, static_cast<std::size_t>(got), {}};
}

IoResult TlsSocket::write(std::string_view octets) {
    if (ssl_) {
        ERR_clear_error();
        IoResult result = tls_result(SSL_write(
            ssl_.get(), octets.data(), static_cast<int>(std::min<std::size_t>(octets.size(), INT_MAX))));
        if (result.status != IoStatus::ended) return result;
        // OpenSSL 3.0 says so of whatever fails once the client has ended its side.
        ssl_failed_ = true;
        return {IoStatus::failed, 0, "connection cut"};
    }
    const ssize_t sent = ::send(socket_.native_handle(), octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent < 0) return system_result(IoStatus::want_write);
    return {IoStatus::done, static_cast<std::size_t>(sent), {}};
}

Result<void> TlsSocket::start_tls(const TlsContext& context, TlsVersions versions) {
    ssl_.reset(SSL_new(context.get()));
    const auto [lowest, highest] = bounds_of(versions);
    if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1 ||
        SSL_set_min_proto_version(ssl_.get(), lowest) != 1 ||
        SSL_set_max_proto_version(ssl_.get(), highest) != 1)
        return fail(711, "TLS cannot be started", reason_of(ERR_get_error()));
    SSL_set_accept_state(ssl_.get());
    return {};
}

IoResult TlsSocket::handshake() {
    ERR_clear_error();
    IoResult result = tls_result(SSL_do_handshake(ssl_.get()));
    if (result.status == IoStatus::done) result.octets = 0;
    return result;
}

IoResult TlsSocket::tls_result(int returned) {
    if (returned > 0) return {IoStatus::done, static_cast<std::size_t>(returned), {}};
    switch (SSL_get_error(ssl_.get(), returned)) {
        case SSL_ERROR_WANT_READ: return {IoStatus::want_read, 0, {}};
        case SSL_ERROR_WANT_WRITE: return {IoStatus::want_write, 0, {}};
        case SSL_ERROR_ZERO_RETURN: return {IoStatus::ended, 0, {}};
        case SSL_ERROR_SYSCALL: {
            IoResult result{IoStatus::failed, 0, errno != 0 ? std::strerror(errno) : "connection cut"};
            ssl_failed_ = true;
            return result;
        }
        default: break;
    }
    ssl_failed_ = true;
    return {IoStatus::failed, 0, reason_of(ERR_get_error())};
}

TlsFacts TlsSocket::facts() const {
    TlsFacts facts;
    facts.version = SSL_version(ssl_.get()) == TLS1_3_VERSION ? TlsVersion::tls1_3 : TlsVersion::tls1_2;
    // Without the extended master secret two TLS 1.2 sessions can be given the same keys (RFC 7627): their
    // exporter binds nothing.
    if (facts.version == TlsVersion::tls1_2 && SSL_get_extms_support(ssl_.get()) != 1) return facts;
    Bytes exporter(kExporterBytes);
    const unsigned char* const empty_context = exporter.data();
    if (SSL_export_keying_material(ssl_.get(), exporter.data(), exporter.size(), kExporterLabel.data(),
                                   kExporterLabel.size(), empty_context, 0, 1) == 1)
        facts.exporter = std::move(exporter);
    return facts;
}

bool TlsSocket::has_unread() {
    char octet = 0;
    return ::recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void TlsSocket::end_output() {
    if (ssl_ && !ssl_failed_) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
    }
    asio::error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void TlsSocket::close() {
    asio::error_code ignored;
    socket_.close(ignored);
}

}  // namespace immp::bridge
