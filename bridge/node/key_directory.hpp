// KEY REQUEST and KEY PUBLISH (decisions, 4): our domain's records, our users', and those of other domains,
// which are asked for through the link (domains) or inside bundles (users). On the I/O thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bridge/node/key_items.hpp"
#include "bridge/node/peer_waits.hpp"
#include "bridge/node/trust.hpp"
#include "bridge/session/request.hpp"

namespace immp::bridge {

/// What another domain said of its user is asked for again after this long.
inline constexpr std::chrono::hours kPeerUserFresh{1};
/// A request that was not answered is not repeated sooner: it waits in the outbox all the while.
inline constexpr std::chrono::minutes kPeerUserAsked{10};

class KeyDirectory {
  public:
    using Queued = std::function<void(const std::vector<std::string>& domains)>;

    /// All outlive it.
    KeyDirectory(const NodeServices& services, Trust& trust, KeyRation& ration,
                 std::function<HeldKeysPtr()> keys, Queued queued);

    /// The records of the user, or of his domain where he has none. 412, 429, 704, 720.
    void find(FindKeys request, Callback<KeyRecords> done);
    /// `record` as DATA brought it: judged, then stored. 400, 403, 409, 412, 413, 422, 423, 424.
    void publish(const std::string& account, const std::string& record, Callback<PublishedKey> done);
    /// The records of these users of other domains came.
    void told(const std::vector<std::string>& users);

  private:
    void find_own(FindKeys request, Callback<KeyRecords> done);
    void find_domain(const std::string& domain, bool history, Callback<KeyRecords> done);
    void find_peer_user(FindKeys request, Callback<KeyRecords> done);
    void give_peer_user(FindKeys request, std::vector<std::string> records, Callback<KeyRecords> done);
    void wait(FindKeys request, Callback<KeyRecords> done);

    const NodeServices& services_;
    Trust& trust_;
    KeyRation& ration_;
    std::function<HeldKeysPtr()> keys_;
    Queued queued_;
    PeerWaits waits_{services_};
};

}  // namespace immp::bridge
