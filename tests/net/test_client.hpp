// A client that says exactly what a test wants, plain or over TLS. Every wait ends after kPatience.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include "armor/bytes.hpp"

namespace immp::test {

struct TlsOffer {
    int lowest = TLS1_2_VERSION;
    int highest = TLS1_3_VERSION;
    std::string alpn = {};     ///< one protocol's name; empty: no offer
    std::string ciphers = {};  ///< for versions that today's default refuses
    std::uint64_t options = 0;
};

class TestClient {
  public:
    explicit TestClient(std::uint16_t port);
    ~TestClient();
    TestClient(TestClient&& other) noexcept;
    TestClient(const TestClient&) = delete;

    /// Empty, or why the handshake failed (OpenSSL's reason).
    [[nodiscard]] std::string start_tls(const TlsOffer& offer = {});
    /// False if the connection broke before all was taken.
    bool send(std::string_view octets);
    /// Sends as much as fits until nothing moves for `pause`; how much that was.
    std::size_t send_until_stuck(std::string_view octets, int pause_ms);
    /// Without its end; nothing at the end of the stream or after kPatience.
    [[nodiscard]] std::optional<std::string> line();
    [[nodiscard]] std::string octets(std::size_t count);
    /// True if the server ended the stream, false if nothing came for kPatience; what it sent is thrown away.
    [[nodiscard]] bool ended();
    void end_output();
    /// Closes without a word.
    void cut();
    /// Closes with a reset: the server's next write fails.
    void reset();

    [[nodiscard]] std::string tls_version() const;
    [[nodiscard]] Bytes exporter() const;
    [[nodiscard]] std::string certificate_serial() const;

  private:
    std::size_t read_more();

    int descriptor_ = -1;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, &SSL_free};
    std::string buffer_;
};

/// The first octets of a client's TLS handshake.
[[nodiscard]] std::string client_hello();

}  // namespace immp::test
