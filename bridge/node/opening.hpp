// A bundle that has come whole: opened, its messages filed, its receipt signed (decisions, 7; envelope.md,
// Reader).
#pragma once

#include <optional>

#include "armor/bundle.hpp"
#include "bridge/node/key_items.hpp"
#include "bridge/node/key_ring.hpp"
#include "bridge/node/services.hpp"
#include "bridge/session/request.hpp"

namespace immp::bridge {

/// A bundle whose head was verified and whose box was opened.
struct OpenOrder {
    HeldKeysPtr keys;
    armor::Head head;
    std::size_t head_bytes = 0;
    armor::ContentKey key;
    std::string peer;   ///< whose pieces it came in
    Bytes octets;       ///< the whole bundle, if it came in one piece
    BodyId stored = 0;  ///< else the body that holds it
};

/// What became of it.
struct Opened {
    Bytes receipt;  ///< signed, and stored with everything it says; or empty
    /// The sealed octets are broken behind this offset of the bundle: it was cut back and asks for the rest
    /// again.
    std::optional<std::uint64_t> cut_back;
    std::uint32_t repeats = 0;  ///< deliveries in it that were filed before: another bundle brought them
    KeyNews news{};
};

/// Files every message for every recipient, with dedupe, receipt and mailbox in one transaction. Blocks: on a
/// worker. An error refuses the bundle as a whole (400, 413, 422, 423) or is the store's (702): nothing was
/// filed.
[[nodiscard]] Result<Opened> open_bundle(const NodeServices& services, KeyRation& ration, OpenOrder order);

}  // namespace immp::bridge
