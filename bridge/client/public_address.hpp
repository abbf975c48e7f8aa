// Whether an address leads to the public Internet.
#pragma once

#include <sys/socket.h>

namespace immp::bridge::client {

/// False for loopback, private, link-local, shared, benchmark, multicast and reserved networks (RFC 6890),
/// for IPv4 ones in IPv6 form (mapped, NAT64, 6to4) likewise, and for every family but these two.
[[nodiscard]] bool is_public(const sockaddr& address);

}  // namespace immp::bridge::client
