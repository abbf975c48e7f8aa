// What a session wants done. The driver (bridge/net) carries the actions out in their order.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "bridge/session/request.hpp"

namespace immp::bridge {

/// Pairs an Ask or Pull with its answer; unique within the session.
using Ticket = std::uint64_t;

enum class TlsVersion { tls1_2, tls1_3 };

/// Octets for the client. The driver queues them and calls Session::drained when its queue is below low
/// water.
struct Send {
    std::string octets;
};
/// After everything queued is written: the handshake, with exactly this version. Then
/// Session::tls_established. No octet read before the handshake may follow it into TLS or the session.
struct StartTls {
    TlsVersion version;
};
/// Nothing more is read; what is queued is written, then the connection closes.
struct Close {};
/// Ask the node; Session::answered brings the answer, in any order between tickets.
struct Ask {
    Ticket ticket;
    Request request;
};
/// Octets of part `part` (from 0) of a delivery, in order, as they are on the disk later (decoded). An empty
/// body gets one call with no octets. Parts of one delivery may come side by side. Not answered; a storage
/// failure shows at Submit (702).
struct PartOctets {
    DeliveryId delivery;
    std::uint32_t part;
    std::string octets;
};
/// The part was refused: forget the octets that came, if any; no more will.
struct DropPart {
    DeliveryId delivery;
    std::uint32_t part;
};
/// The delivery ended without DONE (ABORT, a closed session): forget its octets.
struct DropDelivery {
    DeliveryId delivery;
};
/// The next piece of a source; Session::pulled brings it.
struct Pull {
    Ticket ticket;
    BodySourcePtr source;
};

using Action = std::variant<Send, StartTls, Close, Ask, PartOctets, DropPart, DropDelivery, Pull>;
using Actions = std::vector<Action>;

}  // namespace immp::bridge
