// The client's side of a connection: blocking, with a deadline on each wait, over TCP and then TLS.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "armor/bytes.hpp"
#include "bridge/client/failure.hpp"

namespace immp::bridge::client {

inline constexpr std::uint16_t kDefaultPort = 1025;

enum class TlsVersion { tls1_2, tls1_3 };

struct Endpoint {
    std::string host;  ///< a name or a numeric address
    std::uint16_t port = kDefaultPort;

    [[nodiscard]] std::string text() const;
    bool operator==(const Endpoint&) const = default;
};

/// `HOST`, `HOST:PORT`, `[IPV6]`, `[IPV6]:PORT`. ExitStatus::usage for anything else.
[[nodiscard]] Outcome<Endpoint> parse_endpoint(std::string_view text);

/// Which addresses of a host are dialled. public_only: none that leads into somebody's own network or machine
/// (RFC 6890), whatever DNS says.
enum class Reach { anywhere, public_only };

/// What the server's certificate must prove, and which TLS is wanted.
struct TlsDemand {
    std::string domain;                 ///< in ASCII: the certificate must name it
    std::string ca_file;                ///< PEM, besides the system's authorities; may be empty
    std::optional<TlsVersion> version;  ///< exactly this one; else 1.2 or 1.3
};

class Connection {
  public:
    /// ExitStatus::unavailable where no address of the host answers. `patience` bounds the connecting and
    /// every later wait for the server.
    [[nodiscard]] static Outcome<Connection> dial(const Endpoint& endpoint,
                                                  std::chrono::milliseconds patience,
                                                  Reach reach = Reach::anywhere);

    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    /// ExitStatus::protocol: the handshake failed or the certificate does not prove the domain.
    [[nodiscard]] Outcome<void> start_tls(const TlsDemand& demand);
    /// At least one octet, or 0 at the end of the stream. ExitStatus::temporary: lost, or nothing came in
    /// time.
    [[nodiscard]] Outcome<std::size_t> read(std::span<char> room);
    /// All of it, or ExitStatus::temporary.
    [[nodiscard]] Outcome<void> write(std::string_view octets);
    /// Whether something can be read within that time.
    [[nodiscard]] bool readable_within(std::chrono::milliseconds time);
    /// tls-exporter (RFC 9266), 32 octets; none on TLS 1.2 without extended master secret.
    [[nodiscard]] std::optional<Bytes> exporter() const;

  private:
    struct State;
    explicit Connection(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace immp::bridge::client
