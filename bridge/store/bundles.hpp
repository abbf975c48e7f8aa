// Bundles on their way: sealed ones going out (kept until their receipt, so that a restart goes on where it
// stopped), pieces coming in, and the receipts that we gave.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "armor/hash.hpp"
#include "armor/secret.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

struct OutgoingBundle {
    std::string id;
    std::string destination;
    Bytes head;  ///< everything before the payload, hops included
    armor::Digest digest{};
    armor::SecretBytes<32> content_key;  ///< opens the receipt's answer
    BodyId payload = 0;
    std::uint64_t payload_length = 0;
    Time sealed;
};

/// A bundle of which not all pieces came yet. The body holds head and payload, from offset 0.
struct IncomingBundle {
    std::string peer;
    std::string id;
    std::uint64_t of = 0;
    std::uint64_t at = 0;  ///< octets stored
    BodyId body = 0;
    Time touched;
};

class Bundles {
  public:
    virtual ~Bundles() = default;
    /// 409 if there.
    [[nodiscard]] virtual Result<void> save(const OutgoingBundle& bundle, std::string_view owner,
                                            Time lease_end) = 0;
    [[nodiscard]] virtual Result<std::optional<OutgoingBundle>> outgoing(std::string_view id) = 0;
    /// Claims up to `most` bundles that nobody holds at `now` (after a restart, or another daemon's death).
    [[nodiscard]] virtual Result<std::vector<OutgoingBundle>> claim(std::string_view owner,
                                                                    std::uint32_t most, Time now,
                                                                    Time lease_end) = 0;
    /// Ends all claims of `owner` on bundles and outbox rows: its daemon starts again.
    [[nodiscard]] virtual Result<void> release(std::string_view owner) = 0;
    /// Lengthens the leases of all bundles and outbox rows of `owner`.
    [[nodiscard]] virtual Result<void> renew(std::string_view owner, Time lease_end) = 0;
    /// Forgets the bundle and its payload; its rows must have been finished or rescheduled before (else 700).
    [[nodiscard]] virtual Result<void> drop_outgoing(std::string_view id) = 0;

    [[nodiscard]] virtual Result<std::optional<IncomingBundle>> incoming(std::string_view peer,
                                                                         std::string_view id) = 0;
    /// 409 if there.
    [[nodiscard]] virtual Result<IncomingBundle> begin_incoming(std::string_view peer, std::string_view id,
                                                                std::uint64_t of, Time now) = 0;
    /// Appends octets at `at`. 409 if that is not where the stored ones end, 404 if the bundle was dropped.
    [[nodiscard]] virtual Result<void> append_incoming(const IncomingBundle& bundle, std::string_view octets,
                                                       Time now) = 0;
    [[nodiscard]] virtual Result<void> truncate_incoming(const IncomingBundle& bundle, std::uint64_t at) = 0;
    [[nodiscard]] virtual Result<void> drop_incoming(std::string_view peer, std::string_view id) = 0;
    /// What a peer has begun and not ended: how many, and their announced octets.
    struct Load {
        std::uint64_t bundles = 0;
        std::uint64_t octets = 0;
    };
    [[nodiscard]] virtual Result<Load> incoming_load(std::string_view peer) = 0;
    /// Drops what no piece has reached since `before`; returns how many, bounded: call again until it is 0.
    [[nodiscard]] virtual Result<std::uint64_t> sweep_incoming(Time before) = 0;

    /// The receipt we gave for (origin, bundle id), and the digest of the head it is for.
    struct Given {
        armor::Digest digest{};
        Bytes receipt;
    };
    [[nodiscard]] virtual Result<std::optional<Given>> receipt(std::string_view origin,
                                                               std::string_view id) = 0;
    /// Whose bundles came last, the latest first, of the last some thousand bundles.
    [[nodiscard]] virtual Result<std::vector<std::string>> latest_origins(std::uint32_t most) = 0;
    [[nodiscard]] virtual Result<void> save_receipt(std::string_view origin, std::string_view id,
                                                    const Given& given, Time now) = 0;
    /// Returns how many, bounded: call again until it is 0.
    [[nodiscard]] virtual Result<std::uint64_t> forget_receipts(Time before) = 0;
};

}  // namespace immp::bridge
