// The link to our XMPP server, as the bridge uses it: Asio drives the machines of this folder. Everything
// runs on the io_context's one thread; nothing here may be called from another.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "armor/secret.hpp"
#include "bridge/log.hpp"
#include "bridge/peer_link.hpp"
#include "bridge/routes.hpp"
#include "component/diagnosis.hpp"
#include "component/user_sessions.hpp"

namespace asio {
class io_context;
}

namespace immp::component {

struct LinkConfig {
    std::string address = "127.0.0.1";  ///< of the server's component port: a host name or an address
    std::uint16_t port = 5347;
    std::string jid;           ///< ours: `immp.a.example`
    std::string domain;        ///< that we speak for: `a.example`
    armor::SecretText secret;  ///< shared with the server (XEP-0114)
    /// Domains whose component has another JID than `immp.<domain>`; believed without a listing.
    std::map<std::string, std::string> overrides = {};
    bridge::Routes routes = {};
    UserAccess users = {};  ///< sessions of our own users; without `hosts` there are none
};

/// Towards other domains by the one stream to our own server. Comes back for ever: calls made while it is
/// down fail at once with 704 (temporary).
class Link final : public bridge::PeerLink {
  public:
    /// `io` and `handler` outlive the link.
    Link(asio::io_context& io, LinkConfig config, bridge::PeerHandler& handler, bridge::Log log);
    ~Link() override;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    void start();
    /// Closes the stream; every callback still owed is called with 703 before this returns.
    void stop();
    /// Users' sessions are told 703. `done` is called when they have taken it and ended, by force after
    /// `patience`.
    void end_sessions(std::chrono::milliseconds patience, std::move_only_function<void()> done);

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
    void verify_cookie(std::string issuer, bridge::CookieClaim claim, bridge::Callback<void> done) override;

    /// The steps of `immpd ping DOMAIN` but the sealed echo; waits up to 15 s for the handshake. `done` is
    /// called once.
    void diagnose(std::string domain, std::move_only_function<void(Steps)> done);
    /// Its first step as things are now, without waiting.
    [[nodiscard]] Step handshake() const;

  private:
    class Driver;
    std::shared_ptr<Driver> driver_;
};

}  // namespace immp::component
