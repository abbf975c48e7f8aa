// Addresses to listen on, and what to say where that is not possible.
#pragma once

#include <cstdint>
#include <string>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include "armor/error.hpp"
#include "bridge/session/session.hpp"

namespace immp::bridge {

struct ListenAddress {
    std::string address;        ///< numeric IPv4 or IPv6; "::" takes IPv6 only
    std::uint16_t port = 1025;  ///< 0: the kernel chooses, see Listener::bound
    ListenerKind kind = ListenerKind::upgrade;

    /// `ADDRESS:PORT`, IPv6 in brackets.
    [[nodiscard]] std::string text() const;
    bool operator==(const ListenAddress&) const = default;
};

/// A socket that listens there. 700 with one line for the administrator: the port is in use, needs a
/// privilege, the address is none or not of this machine; and the remedy.
[[nodiscard]] Result<asio::ip::tcp::acceptor> listen_on(asio::io_context& io, const ListenAddress& address);

}  // namespace immp::bridge
