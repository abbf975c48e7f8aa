// The outbox at work: for each destination domain its bundles are sealed, sent, and ended by the peer's
// receipt.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bridge/mail/retry.hpp"
#include "bridge/node/key_ring.hpp"
#include "bridge/node/services.hpp"
#include "bridge/node/transfer.hpp"
#include "bridge/node/trust.hpp"
#include "bridge/peer_link.hpp"

namespace immp::bridge {

class Sender {
  public:
    /// All outlive it. `keys` gives the keys in use.
    Sender(const NodeServices& services, PeerLink& link, Trust& trust, std::function<HeldKeysPtr()> keys);

    /// Something waits for these domains.
    void wake(const std::vector<std::string>& domains);
    /// Looks what waits, bundles of an earlier run included. At start, and every half minute for what was put
    /// off.
    void look();
    void on_link(LinkState state);
    /// A pause for a lost answer ends at once.
    void on_peer_seen(const std::string& domain);
    /// A receipt that came by itself.
    void on_receipt(const std::string& domain, Bytes receipt, Callback<void> reply);

  private:
    enum class Stage {
        ready,      ///< may prepare the next bundle
        preparing,  ///< key, claim or seal is under way
        pausing,    ///< waits for the end of a pause
    };
    struct Destination {
        Stage stage = Stage::ready;
        bool more = false;  ///< woken while preparing
        std::uint32_t under_way = 0;
        std::uint32_t failures = 0;
        RetryCause cause = RetryCause::lost;  ///< of the pause
        Time paused{};                        ///< when it began
        std::uint64_t pause = 0;              ///< tells the timer of this pause from older ones
        std::vector<std::shared_ptr<const OutgoingBundle>> interrupted;
    };
    using BundlePtr = std::shared_ptr<const OutgoingBundle>;
    using RowsPtr = std::shared_ptr<const std::vector<OutboxRow>>;

    void work(const std::string& domain);
    void prepare(const std::string& domain);
    void claim(const std::string& domain, armor::Record record);
    void seal(const std::string& domain, armor::Record record, std::vector<OutboxRow> rows);
    void sealed(const std::string& domain, Result<std::optional<OutgoingBundle>> bundle,
                std::vector<OutboxRow> rows);
    void put_off(RowsPtr rows);
    void prepared(const std::string& domain);
    void send(BundlePtr bundle, TransferStart how);
    void sent(BundlePtr bundle, Result<Bytes> receipt);
    void conclude(BundlePtr bundle, Bytes receipt, Callback<void> done);
    void give_back(BundlePtr bundle, Error why, Callback<void> done);
    [[nodiscard]] Callback<void> interrupting(BundlePtr bundle);
    void interrupted(BundlePtr bundle, Error why);
    void ended(const BundlePtr& bundle);
    void pause(const std::string& domain, const Error& why);
    void adopt();
    void look_at_pins();

    const NodeServices& services_;
    PeerLink& link_;
    Trust& trust_;
    std::function<HeldKeysPtr()> keys_;
    LinkState link_state_ = LinkState::down;
    std::map<std::string, Destination> destinations_;
};

}  // namespace immp::bridge
