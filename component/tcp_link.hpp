// The way to domains with a TCP route: for each server one session, kept open, on a thread of its own. To the
// node it looks like the link through XMPP.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "bridge/log.hpp"
#include "bridge/node/stop_event.hpp"
#include "bridge/node/workers.hpp"
#include "bridge/peer_link.hpp"
#include "bridge/routes.hpp"
#include "component/diagnosis.hpp"
#include "component/tcp_session.hpp"

namespace immp::component {

/// Octets that wait for one server; more is 705.
inline constexpr std::size_t kMaxTcpQueuedBytes = 32u << 20;
/// Questions about cookies that wait at once for their issuers' servers, on as many threads.
inline constexpr std::size_t kCookieThreads = 2;

class TcpLink final : public bridge::PeerLink {
  public:
    /// `post` brings a call to the I/O thread, where all calls here are made and all callbacks come.
    TcpLink(bridge::Routes routes, TcpIdentity us, bridge::Executor post, bridge::Log log);
    ~TcpLink() override;

    /// Ends the threads: they wait for no peer any more, and for a name server as long as the system does.
    /// The I/O thread must still run, so another calls this. Callbacks still owed are dropped.
    void stop();

    [[nodiscard]] std::size_t piece_bytes(std::string_view domain) const override;
    [[nodiscard]] std::size_t window(std::string_view domain) const override;
    void send_piece(std::string domain, bridge::BundlePiece piece,
                    bridge::Callback<bridge::BundleStatus> done) override;
    /// There is no such question over TCP: nothing is known, so the bundle comes again, and gets its receipt.
    void ask_bundle(std::string domain, std::string bundle_id,
                    bridge::Callback<bridge::BundleStatus> done) override;
    void fetch_records(std::string domain, History history,
                       bridge::Callback<std::vector<std::string>> done) override;
    void send_receipt(std::string domain, Bytes receipt, bridge::Callback<void> done) override;
    /// A session of ours is enough: the peer sees us.
    void announce(std::string domain, bridge::Callback<void> done) override;
    /// To the route's host; without one to where the issuer's DNS says, and to no private address.
    void verify_cookie(std::string issuer, bridge::CookieClaim claim, bridge::Callback<void> done) override;

    /// The steps of `immpd ping DOMAIN` but the sealed echo.
    void diagnose(const std::string& domain, std::move_only_function<void(Steps)> done);

  private:
    struct Line;
    [[nodiscard]] Line& line_to(const std::string& domain);
    template <class T>
    void run(const std::string& domain, std::size_t bytes, bridge::Callback<T> done,
             std::move_only_function<Result<T>(TcpSession&)> work);

    const bridge::Routes routes_;
    TcpIdentity us_;
    const bridge::Executor post_;
    const bridge::Log log_;
    bridge::StopEvent break_off_;
    std::map<std::string, std::shared_ptr<Line>> lines_;  ///< by the domain whose server it is
    bridge::Workers cookies_{kCookieThreads};
};

}  // namespace immp::component
