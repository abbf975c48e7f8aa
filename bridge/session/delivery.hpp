// A message, bundle, key, push or item on its way in: what DELIVER, KEY PUBLISH, PUSH TO or PUBLISH TO
// opened, DATA fills and DONE ends.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "armor/error.hpp"
#include "bridge/session/output.hpp"
#include "bridge/session/request.hpp"
#include "bridge/wire/body.hpp"
#include "bridge/wire/codec.hpp"

namespace immp::bridge {

enum class DeliveryPurpose { mail, key, bundle, push, item };

struct Delivery {
    DeliveryPurpose purpose = DeliveryPurpose::mail;
    Submit submit;                            ///< as it is asked at DONE; else only account, number and parts
    std::string destination;                  ///< of a bundle
    PushMessage push;                         ///< of a push, but for its part
    std::optional<std::uint64_t> most_bytes;  ///< of its bodies, where that is less than the session's
    Imid node;                                ///< of an item
    std::uint32_t next_part = 0;              ///< PartOctets::part of the next one
    std::uint64_t body_bytes = 0;             ///< that came of its bodies, but for refused ones
    unsigned open_bodies = 0;                 ///< DONE waits for them
    /// Names of refused parts ("": it had none). DONE is 400 while there is one, or a client that does not
    /// wait for replies would send a message without the part. A part saved under the name takes it out.
    std::set<std::string> refused;
    bool ended = false;  ///< submitted or aborted: bodies that still come are thrown away
};
using DeliveryPtr = std::shared_ptr<Delivery>;

/// One DATA body, read or thrown away.
struct Upload {
    SlotPtr slot;
    DeliveryPtr delivery;  ///< null: no delivery was open
    std::string name;
    std::uint32_t number = 0;
    std::uint64_t limit_bytes = 0;  ///< what may still come; one octet more is 413
    std::uint64_t kept_bytes = 0;   ///< of it in the delivery's body_bytes
    bool is_kept = false;           ///< the delivery and the node have a place for it
    bool any_octets = false;
    /// Of a compressed body; `packed` are octets that it has not taken yet.
    std::optional<Unpacker> unpacker;
    std::string packed;
    std::array<std::shared_ptr<void>, 2> seats;  ///< in the session's room and in everyone's
    std::optional<Error> refusal;                ///< both replies say it; no octet is kept
};
using UploadPtr = std::shared_ptr<Upload>;

}  // namespace immp::bridge
