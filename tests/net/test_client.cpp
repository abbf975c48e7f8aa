#include "tests/net/test_client.hpp"

#include <array>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace immp::test {

namespace {
constexpr int kPatienceMs = 10'000;
constexpr timeval kPatience{kPatienceMs / 1000, 0};
}  // namespace

TestClient::TestClient(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        std::perror("connect");
}

TestClient::TestClient(TestClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      ssl_(std::move(other.ssl_)),
      buffer_(std::move(other.buffer_)) {}

TestClient::~TestClient() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::string TestClient::start_tls(const TlsOffer& offer) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                    &SSL_CTX_free);
    if (!offer.ciphers.empty()) SSL_CTX_set_cipher_list(context.get(), offer.ciphers.c_str());
    SSL_CTX_set_options(context.get(), offer.options);
    ssl_.reset(SSL_new(context.get()));
    SSL_set_min_proto_version(ssl_.get(), offer.lowest);
    SSL_set_max_proto_version(ssl_.get(), offer.highest);
    if (!offer.alpn.empty()) {
        const std::string list = static_cast<char>(offer.alpn.size()) + offer.alpn;
        SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(list.data()),
                            static_cast<unsigned>(list.size()));
    }
    SSL_set_fd(ssl_.get(), descriptor_);
    ERR_clear_error();
    if (SSL_connect(ssl_.get()) == 1) return {};
    const char* reason = ERR_reason_error_string(ERR_get_error());
    return reason != nullptr ? reason : "connection cut";
}

bool TestClient::send(std::string_view octets) {
    while (!octets.empty()) {
        const auto sent =
            ssl_ ? SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()))
                 : static_cast<int>(::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL));
        if (sent <= 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::size_t TestClient::send_until_stuck(std::string_view octets, int pause_ms) {
    std::size_t moved = 0;
    while (moved < octets.size()) {
        pollfd writable{descriptor_, POLLOUT, 0};
        if (::poll(&writable, 1, pause_ms) != 1) break;
        const std::string_view piece = octets.substr(moved, 4096);
        send(piece);
        moved += piece.size();
    }
    return moved;
}

std::size_t TestClient::read_more() {
    std::array<char, 16384> room;
    const auto got = ssl_ ? SSL_read(ssl_.get(), room.data(), static_cast<int>(room.size()))
                          : static_cast<int>(::recv(descriptor_, room.data(), room.size(), 0));
    if (got <= 0) return 0;
    buffer_.append(room.data(), static_cast<std::size_t>(got));
    return static_cast<std::size_t>(got);
}

std::optional<std::string> TestClient::line() {
    std::size_t end = 0;
    while ((end = buffer_.find('\n')) == std::string::npos)
        if (read_more() == 0) return std::nullopt;
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return line;
}

std::string TestClient::octets(std::size_t count) {
    while (buffer_.size() < count && read_more() != 0) {
    }
    std::string taken = buffer_.substr(0, count);
    buffer_.erase(0, taken.size());
    return taken;
}

bool TestClient::ended() {
    while (read_more() != 0)
        buffer_.clear();
    pollfd readable{descriptor_, POLLIN, 0};
    return ::poll(&readable, 1, kPatienceMs) == 1;  // the FIN may follow the close_notify by a moment
}

void TestClient::end_output() {
    if (ssl_) SSL_shutdown(ssl_.get());
    ::shutdown(descriptor_, SHUT_WR);
}

void TestClient::cut() {
    ::close(std::exchange(descriptor_, -1));
}

void TestClient::reset() {
    constexpr linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    cut();
}

std::string TestClient::tls_version() const {
    return SSL_get_version(ssl_.get());
}

Bytes TestClient::exporter() const {
    constexpr std::string_view kLabel = "EXPORTER-Channel-Binding";
    Bytes octets(32);
    SSL_export_keying_material(ssl_.get(), octets.data(), octets.size(), kLabel.data(), kLabel.size(),
                               octets.data(), 0, 1);
    return octets;
}

std::string TestClient::certificate_serial() const {
    const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
    return std::to_string(ASN1_INTEGER_get(X509_get0_serialNumber(certificate)));
}

std::string client_hello() {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                    &SSL_CTX_free);
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
    BIO* const sent = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), sent);
    SSL_connect(ssl.get());
    char* octets = nullptr;
    const long length = BIO_get_mem_data(sent, &octets);
    return {octets, static_cast<std::size_t>(length)};
}

}  // namespace immp::test
