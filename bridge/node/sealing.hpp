// Outbox rows become a sealed bundle, on disk before its first octet leaves (decisions, 7; envelope.md,
// Bundle).
#pragma once

#include <vector>

#include "bridge/node/key_ring.hpp"
#include "bridge/node/services.hpp"
#include "bridge/session/request.hpp"

namespace immp::bridge {

struct SealOrder {
    HeldKeysPtr keys;
    armor::Record destination;
    std::vector<OutboxRow> rows;  ///< claimed; rows of one message together
};

/// The sealed bundle, durable with its rows placed in it; nullopt where no row could go now (+SECURE without
/// a proven pin: rescheduled). Blocks: on a worker. After an error the rows are still claimed.
[[nodiscard]] Result<std::optional<OutgoingBundle>> seal_bundle(const NodeServices& services,
                                                                const SealOrder& order);

/// A bundle without items, whole in memory: what `immpd ping` sends to hear its echo.
struct Probe {
    armor::Head head;
    armor::ContentKey key;
    Bytes octets;
};
[[nodiscard]] Result<Probe> seal_probe(const NodeServices& services, const HeldKeys& keys,
                                       const armor::Record& destination);

}  // namespace immp::bridge
