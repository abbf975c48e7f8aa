// What carries the octets of a session to the server and back: TLS on a socket (connection.hpp), or blocks
// through the user's XMPP account (xmpp_transport.hpp). Blocking, with a deadline on each wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "armor/bytes.hpp"
#include "bridge/client/failure.hpp"

namespace immp::bridge::client {

class Transport {
  public:
    virtual ~Transport() = default;

    /// At least one octet, or 0 at the end of the stream. ExitStatus::temporary: lost, or nothing came in
    /// time.
    [[nodiscard]] virtual Outcome<std::size_t> read(std::span<char> room) = 0;
    /// All of it, or ExitStatus::temporary.
    [[nodiscard]] virtual Outcome<void> write(std::string_view octets) = 0;
    /// Whether something can be read within that time.
    [[nodiscard]] virtual bool readable_within(std::chrono::milliseconds time) = 0;
    /// tls-exporter (RFC 9266), 32 octets; none on TLS 1.2 without extended master secret, and through XMPP.
    [[nodiscard]] virtual std::optional<Bytes> exporter() const = 0;
};

}  // namespace immp::bridge::client
