// The client's side of a connection: blocking, with a deadline on each wait, over TCP and then TLS.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bridge/client/patience.hpp"
#include "bridge/client/transport.hpp"

namespace immp::bridge::client {

inline constexpr std::uint16_t kDefaultPort = 1025;
inline constexpr std::uint16_t kXmppPort = 5222;

enum class TlsVersion { tls1_2, tls1_3 };

struct Endpoint {
    std::string host;  ///< a name or a numeric address
    std::uint16_t port = kDefaultPort;

    [[nodiscard]] std::string text() const;
    bool operator==(const Endpoint&) const = default;
};

/// `HOST`, `HOST:PORT`, `[IPV6]`, `[IPV6]:PORT`. ExitStatus::usage for anything else.
[[nodiscard]] Outcome<Endpoint> parse_endpoint(std::string_view text,
                                               std::uint16_t default_port = kDefaultPort);

/// Which addresses of a host are dialled. public_only: none that leads into somebody's own network or machine
/// (RFC 6890), whatever DNS says.
enum class Reach { anywhere, public_only };

/// What the server's certificate must prove, and which TLS is wanted.
struct TlsDemand {
    std::string domain;                 ///< in ASCII: the certificate must name it
    std::string ca_file;                ///< PEM, besides the system's authorities; may be empty
    std::optional<TlsVersion> version;  ///< exactly this one; else 1.2 or 1.3
};

class Connection final : public Transport {
  public:
    /// ExitStatus::unavailable where no address of the host answers. `patience` bounds the connecting to each
    /// address and every later wait for the server.
    [[nodiscard]] static Outcome<Connection> dial(const Endpoint& endpoint, Patience patience,
                                                  Reach reach = Reach::anywhere);

    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection() override;

    /// Patience::until from now on.
    void end_by(Patience::Clock::time_point time);
    /// ExitStatus::protocol: the handshake failed or the certificate does not prove the domain.
    [[nodiscard]] Outcome<void> start_tls(const TlsDemand& demand);

    [[nodiscard]] Outcome<std::size_t> read(std::span<char> room) override;
    [[nodiscard]] Outcome<void> write(std::string_view octets) override;
    [[nodiscard]] bool readable_within(std::chrono::milliseconds time) override;
    [[nodiscard]] std::optional<Bytes> exporter() const override;

  private:
    struct State;
    explicit Connection(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace immp::bridge::client
