// A bundle that came whole, over TCP, goes the way of one that comes in pieces over the link: to the
// receiver, piece by piece, which judges and files it.
#pragma once

#include <memory>
#include <string>

#include "bridge/node/body_stage.hpp"
#include "bridge/node/services.hpp"
#include "bridge/peer_link.hpp"

namespace immp::bridge {

class Intake : public std::enable_shared_from_this<Intake> {
  public:
    struct Order {
        std::string origin;       ///< the domain that brings it
        std::string destination;  ///< as it was announced
        StagedBody body;          ///< the whole bundle; dropped when it is done
    };
    /// All outlive it.
    Intake(const NodeServices& services, const PeerLink& link, PeerHandler& handler, Order order,
           Callback<TakenBundle> done);
    /// Keeps itself alive until `done` was called, exactly once: with the receipt, which is stored; or with
    /// the first error of the reader's list (docs/envelope.md), or the code of a signed refusal.
    void start();

  private:
    void settle();
    void read();
    /// Of the next piece: what is passed on goes as the link carries it.
    [[nodiscard]] std::uint64_t piece_bytes() const;
    void give(Result<Bytes> octets);
    void heard(Result<BundleStatus> status);
    void finish(Result<TakenBundle> result);

    const NodeServices& services_;
    const PeerLink& link_;
    PeerHandler& handler_;
    Order order_;
    Callback<TakenBundle> done_;
    BodyId body_ = 0;  ///< where it is stored, unless it is in memory
    std::string id_;   ///< the bundle's, once its head was read
    std::uint64_t at_ = 0;
    std::uint32_t rewinds_ = 0;
};

}  // namespace immp::bridge
