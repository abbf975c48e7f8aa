// SUBSCRIBE: sessions that wait until a node's domain has answered. On the I/O thread.
#pragma once

#include "bridge/node/peer_waits.hpp"
#include "bridge/node/subscribing.hpp"
#include "bridge/peer_link.hpp"

namespace immp::bridge {

class FeedDirectory {
  public:
    /// `services` outlive it.
    explicit FeedDirectory(const NodeServices& services) : services_(services), waits_(services) {}

    void subscribe(Subscribe request, Callback<Subscribed> done);
    /// Something was stored that some may have waited for.
    void look();

  private:
    struct Asking {
        Subscribe request;
        Time until;  ///< when its session is told that it takes too long
        Callback<Subscribed> done;
        std::uint64_t news = 0;  ///< of `news_`, before the store was asked
    };
    void settle(Asking asking, SubscribeLook look);
    void look_at(Asking asking);

    const NodeServices& services_;
    PeerWaits waits_;
    std::uint64_t news_ = 0;  ///< how often something was stored that some may wait for
};

}  // namespace immp::bridge
