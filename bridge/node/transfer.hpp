// One sealed bundle on its way to its domain, piece by piece, from where the peer's octets end (envelope.md,
// On the link).
#pragma once

#include <memory>

#include "bridge/node/services.hpp"
#include "bridge/peer_link.hpp"

namespace immp::bridge {

enum class TransferStart {
    fresh,   ///< nothing was sent yet
    resume,  ///< ask first how much is there
};

class Transfer : public std::enable_shared_from_this<Transfer> {
  public:
    /// The receipt; empty if the peer has everything stored but gave none yet. An error leaves the bundle as
    /// it is.
    using DoneCallback = Callback<Bytes>;

    Transfer(const NodeServices& services, PeerLink& link, std::shared_ptr<const OutgoingBundle> bundle,
             DoneCallback done);
    /// Keeps itself alive until `done` was called, exactly once.
    void start(TransferStart how);

  private:
    void send_more();
    void send(std::uint64_t at, Bytes octets);
    void heard(Result<BundleStatus> status, std::uint64_t expected, std::uint32_t round);
    void finish(Result<Bytes> result);

    const NodeServices& services_;
    PeerLink& link_;
    std::shared_ptr<const OutgoingBundle> bundle_;
    DoneCallback done_;
    const std::uint64_t of_;
    std::uint64_t next_ = 0;      ///< where the next piece begins
    std::uint64_t acked_ = 0;     ///< what the peer said last that it has
    std::uint64_t furthest_ = 0;  ///< the most that it ever said
    std::size_t unanswered_ = 0;
    std::uint32_t round_ = 0;   ///< counts rewinds: answers to pieces before one say nothing
    std::uint32_t futile_ = 0;  ///< rewinds in a row to no more than furthest_
    bool reading_ = false;
};

}  // namespace immp::bridge
