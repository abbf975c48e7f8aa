// Calls of the bridge towards other domains, turned into questions: find the JID, send, read the answer, and
// learn the pace of that path. Everything of PeerLink but the socket.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/peer_link.hpp"
#include "bridge/routes.hpp"
#include "component/asker.hpp"
#include "component/discovery.hpp"
#include "component/outlet.hpp"
#include "component/pacing.hpp"

namespace immp::component {

/// Octets that wait for the socket: above high water every window is 1; where a piece would take them above
/// kMaxQueuedBytes it fails with 705. Reached only where the server reads slower than all domains together
/// are sent to.
inline constexpr std::size_t kHighWaterBytes = 4 * 1'024 * 1'024;

class Peers final : public bridge::PeerLink {
  public:
    /// All outlive it; asker.down() ends what is owed before it goes.
    Peers(Asker& asker, Discovery& discovery, Outlet& outlet, World& world, bridge::Routes routes = {});

    [[nodiscard]] std::size_t piece_bytes(std::string_view domain) const override;
    [[nodiscard]] std::size_t window(std::string_view domain) const override;
    void send_piece(std::string domain, bridge::BundlePiece piece,
                    bridge::Callback<bridge::BundleStatus> done) override;
    void ask_bundle(std::string domain, std::string bundle_id,
                    bridge::Callback<bridge::BundleStatus> done) override;
    void fetch_records(std::string domain, History history,
                       bridge::Callback<std::vector<std::string>> done) override;
    void send_receipt(std::string domain, Bytes receipt, bridge::Callback<void> done) override;
    void announce(std::string domain, bridge::Callback<void> done) override;
    /// 404 where the issuer's XMPP server answered that there is no component.
    void verify_cookie(std::string issuer, bridge::CookieClaim claim, bridge::Callback<void> done) override;

  private:
    /// Measured by every question with octets in it.
    void ask(const std::string& destination, Asker::Question question, std::size_t bytes, IqCallback done);
    void measure(const std::string& domain, std::size_t bytes, Time sent_at, const Result<Stanza>& answer);
    [[nodiscard]] std::optional<Error> too_much(std::size_t bytes) const;

    Asker& asker_;
    Discovery& discovery_;
    Outlet& outlet_;
    World& world_;
    const bridge::Routes routes_;
    std::map<std::string, Pacing, std::less<>> paces_;
};

}  // namespace immp::component
