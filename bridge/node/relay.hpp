// Bundles between two other domains, one of which we are the gateway of: each piece goes on as it comes, and
// what the destination says comes back. We add one line to the trail and change nothing else (decisions, 7).
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "bridge/node/key_ring.hpp"
#include "bridge/node/services.hpp"
#include "bridge/peer_link.hpp"

namespace immp::bridge {

/// Bundles under way that are remembered; above it the oldest is forgotten, and begins anew.
inline constexpr std::size_t kMaxRelayed = 4'096;

class Relay {
  public:
    /// All outlive it. `keys` gives the keys in use.
    Relay(const NodeServices& services, PeerLink& link, std::function<HeldKeysPtr()> keys)
        : services_(services), link_(link), keys_(std::move(keys)) {}

    using Reply = Callback<BundleStatus>;

    /// Whether this piece, or a question about this bundle, is for another domain, and so ours to pass on or
    /// to refuse.
    [[nodiscard]] bool concerns(const std::string& peer, const BundlePiece& piece) const;
    [[nodiscard]] bool concerns(const std::string& peer, const std::string& bundle_id) const;
    /// `origin`: the domain that the piece's sender has proved. 450 where nothing is passed on for it, 403
    /// where it does not speak for the bundle's origin, 413 behind 50 hops, 452 where it went round; else
    /// what the destination says. Nothing is stored here: "stored" is its word.
    void on_piece(const std::string& origin, const std::string& peer, BundlePiece piece, Reply reply);
    void on_question(const std::string& peer, const std::string& bundle_id, Reply reply);
    /// Of a receipt for a bundle that another domain sent: true, and it goes on, or is refused.
    [[nodiscard]] bool takes_receipt(const std::string& origin, const Bytes& receipt, Callback<void>& reply);

  private:
    using Id = std::pair<std::string, std::string>;  ///< peer, bundle id
    void first_piece(const std::string& origin, const std::string& peer, BundlePiece piece, Reply reply);
    void remember(const Id& id, const std::string& destination);
    /// Octets that our line adds to each head: the same for all.
    [[nodiscard]] std::size_t hop_bytes() const;
    [[nodiscard]] Reply shifted(Reply reply) const;

    const NodeServices& services_;
    PeerLink& link_;
    std::function<HeldKeysPtr()> keys_;
    std::map<Id, std::string> under_way_;  ///< to their destination
    std::deque<Id> order_;
};

}  // namespace immp::bridge
