// A message, bundle, key or push on its way in: what DELIVER, KEY PUBLISH or PUSH TO opened, DATA fills and
// DONE ends.
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

enum class DeliveryPurpose { mail, key, bundle, push };

struct Delivery {
    DeliveryPurpose purpose = DeliveryPurpose::mail;
    Submit submit;                            ///< as it is asked at DONE; else only account, number and parts
    std::string destination;                  ///< of a bundle
    PushMessage push;                         ///< of a push, but for its part
    std::optional<std::uint64_t> most_bytes;  ///< of its bodies, where that is less than the session's
    std::uint32_t next_part = 0;              ///< PartOctets::part of the next one
    std::uint64_t body_bytes = 0;             ///< of all bodies, refused ones too, announced or received
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
    bool counted = false;           ///< its octets are in body_bytes already
    bool any_octets = false;
    /// Of a compressed body; `packed` are octets that it has not taken yet.
    std::optional<Unpacker> unpacker;
    std::string packed;
    std::array<std::shared_ptr<void>, 2> seats;  ///< in the session's room and in everyone's
    std::optional<Error> refusal;                ///< both replies say it; no octet is kept
};
using UploadPtr = std::shared_ptr<Upload>;

}  // namespace immp::bridge
