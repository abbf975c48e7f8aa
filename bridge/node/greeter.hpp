// Tells other domains that our link is there again, so that what waits there for us comes at once (xmpp.md,
// Online).
#pragma once

#include <cstdint>
#include <string>

#include "bridge/node/services.hpp"
#include "bridge/peer_link.hpp"

namespace immp::bridge {

class Greeter {
  public:
    /// Both outlive it.
    Greeter(const NodeServices& services, PeerLink& link) : services_(services), link_(link) {}

    /// Greets whose bundles came last and whose keys we know, kGreeted at most. A domain that does not answer
    /// is greeted again on the schedule of lost answers, kGreetings times at most: it greets us when it is
    /// back.
    void on_link(LinkState state);

  private:
    void greet(std::string domain, std::uint32_t failures, std::uint64_t run);

    const NodeServices& services_;
    PeerLink& link_;
    std::uint64_t run_ = 0;  ///< counts the link's changes: greetings of an earlier one end
};

}  // namespace immp::bridge
