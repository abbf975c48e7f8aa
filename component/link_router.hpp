// One link to the node, two ways behind it: for each domain the one that the route table says.
#pragma once

#include "bridge/peer_link.hpp"
#include "bridge/routes.hpp"

namespace immp::component {

class LinkRouter final : public bridge::PeerLink {
  public:
    /// Both links outlive it. `xmpp` is null where there is no component, and then every route is TCP.
    LinkRouter(bridge::Routes routes, bridge::PeerLink* xmpp, bridge::PeerLink& tcp)
        : routes_(std::move(routes)), xmpp_(xmpp), tcp_(tcp) {}

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
    /// Through XMPP first; over TCP where the issuer's XMPP server answered that there is no component (404),
    /// or the route says TCP.
    void verify_cookie(std::string issuer, bridge::CookieClaim claim, bridge::Callback<void> done) override;

  private:
    [[nodiscard]] bridge::PeerLink& link_to(std::string_view domain) const;

    const bridge::Routes routes_;
    bridge::PeerLink* const xmpp_;
    bridge::PeerLink& tcp_;
};

}  // namespace immp::component
