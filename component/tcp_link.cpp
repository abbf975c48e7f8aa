#include "component/tcp_link.hpp"

#include <optional>
#include <utility>

#include "bridge/client/discovery.hpp"
#include "bridge/node/peer_entrance.hpp"
#include "bridge/wire/prep.hpp"

namespace immp::component {
namespace {

using namespace std::chrono_literals;
using bridge::BundlePiece;
using bridge::BundleStatus;
using bridge::client::Patience;
using bridge::client::Server;

constexpr std::size_t kPieceBytes = 256 * 1'024;
constexpr std::size_t kWindow = 4;

Server server_of(const bridge::Route& route) {
    return {{route.host, route.port}, bridge::client::TlsStart::ask};
}

/// In the order to be tried.
Result<std::vector<Server>> servers_of(const bridge::Routes& routes, const std::string& issuer) {
    const bridge::Route route = routes.of(issuer);
    if (route.way == bridge::Way::tcp) return std::vector{server_of(route)};
    auto ascii = bridge::ascii_domain(issuer);
    if (!ascii) return std::unexpected(std::move(ascii.error()));
    auto found = bridge::client::find_servers(*ascii);
    if (!found) return fail_for_now(720, found.error().text, 60s);
    for (Server& server : *found)
        server.reach = bridge::client::Reach::public_only;
    return *std::move(found);
}

Result<void> verify(const bridge::Routes& routes, const std::string& issuer, const TcpIdentity& us,
                    const bridge::CookieClaim& claim, Patience::Clock::time_point until) {
    if (Patience::Clock::now() >= until) return fail_for_now(720, "too many issuers are asked", 60s);
    auto servers = servers_of(routes, issuer);
    if (!servers) return std::unexpected(std::move(servers.error()));
    Result<void> said = fail_for_now(720, "the issuer has no server", 60s);
    for (const Server& server : *servers) {
        said = verify_over_tcp(server, issuer, us, claim, until);
        if (said || said.error().code == 421 || Patience::Clock::now() >= until) break;
    }
    return said;
}

}  // namespace

struct TcpLink::Line {
    Line(std::string name, Server at) : domain(std::move(name)), server(std::move(at)) {}

    const std::string domain;
    const Server server;
    std::size_t queued_bytes = 0;       ///< on the I/O thread
    std::optional<TcpSession> session;  ///< on the worker's
    bridge::Workers worker{1};          // last: it ends before what it uses
};

TcpLink::TcpLink(bridge::Routes routes, TcpIdentity us, bridge::Executor post, bridge::Log log)
    : routes_(std::move(routes)), us_(std::move(us)), post_(std::move(post)), log_(std::move(log)) {
    us_.break_off = break_off_.descriptor();
    for (const auto& [domain, route] : routes_.table())
        if (route.way == bridge::Way::tcp) lines_[domain] = std::make_shared<Line>(domain, server_of(route));
}

TcpLink::~TcpLink() = default;

void TcpLink::stop() {
    break_off_.raise();
    cookies_.stop();
    for (const auto& [domain, line] : lines_)
        line->worker.stop();
}

TcpLink::Line& TcpLink::line_to(const std::string& domain) {
    return *lines_.at(routes_.next_hop(domain));
}

/// On the line's thread with its session, which is opened where there is none.
template <class T>
void TcpLink::run(const std::string& domain, std::size_t bytes, bridge::Callback<T> done,
                  std::move_only_function<Result<T>(TcpSession&)> work) {
    Line& line = line_to(domain);
    if (line.queued_bytes + bytes > kMaxTcpQueuedBytes) {
        post_([done = std::move(done)]() mutable {
            done(fail_for_now(705, "too much waits for the other domain's server", 5s));
        });
        return;
    }
    line.queued_bytes += bytes;
    line.worker.run([this, &line, bytes, done = std::move(done), work = std::move(work)]() mutable {
        if (line.session && line.session->is_broken()) line.session.reset();
        std::optional<Error> trouble;
        if (!line.session) {
            auto opened = TcpSession::open(line.server, line.domain, us_);
            if (opened)
                line.session.emplace(*std::move(opened));
            else
                trouble = std::move(opened.error());
        }
        Result<T> result = trouble ? Result<T>(std::unexpected(*std::move(trouble))) : work(*line.session);
        post_([this, &line, bytes, done = std::move(done), result = std::move(result)]() mutable {
            if (!result)
                log_(bridge::LogLevel::debug, "tcp: " + line.domain + ": " +
                                                  std::to_string(result.error().code) + " " +
                                                  result.error().text);
            line.queued_bytes -= bytes;
            done(std::move(result));
        });
    });
}

std::size_t TcpLink::piece_bytes(std::string_view) const {
    return kPieceBytes;
}

std::size_t TcpLink::window(std::string_view) const {
    return kWindow;
}

void TcpLink::send_piece(std::string domain, BundlePiece piece, bridge::Callback<BundleStatus> done) {
    const std::size_t bytes = piece.octets.size();
    run<BundleStatus>(domain, bytes, std::move(done),
                      [domain, piece = std::move(piece)](TcpSession& session) mutable {
                          return session.bring(domain, std::move(piece));
                      });
}

void TcpLink::ask_bundle(std::string, std::string, bridge::Callback<BundleStatus> done) {
    post_([done = std::move(done)]() mutable { done(BundleStatus{0, false, {}}); });
}

void TcpLink::fetch_records(std::string domain, History history,
                            bridge::Callback<std::vector<std::string>> done) {
    run<std::vector<std::string>>(domain, 0, std::move(done), [domain, history](TcpSession& session) {
        return session.records(domain, history);
    });
}

void TcpLink::send_receipt(std::string domain, Bytes receipt, bridge::Callback<void> done) {
    const std::size_t bytes = receipt.size();
    run<void>(domain, bytes, std::move(done), [domain, receipt = std::move(receipt)](TcpSession& session) {
        return session.bring_receipt(domain, receipt);
    });
}

void TcpLink::announce(std::string domain, bridge::Callback<void> done) {
    run<void>(domain, 0, std::move(done), [](TcpSession&) -> Result<void> { return {}; });
}

void TcpLink::verify_cookie(std::string issuer, bridge::CookieClaim claim, bridge::Callback<void> done) {
    cookies_.run([this, until = Patience::Clock::now() + bridge::kCookiePatience, issuer = std::move(issuer),
                  claim = std::move(claim), done = std::move(done)]() mutable {
        auto said = verify(routes_, issuer, us_, claim, until);
        post_([done = std::move(done), said = std::move(said)]() mutable { done(std::move(said)); });
    });
}

void TcpLink::diagnose(const std::string& domain, std::move_only_function<void(Steps)> done) {
    const Line& line = line_to(domain);
    const std::string gateway = line.domain == domain ? "" : ", the gateway of " + domain;
    Step route{"route", Step::Outcome::ok, "TCP to " + line.server.endpoint.text() + gateway, ""};
    announce(domain, [route = std::move(route), name = line.domain,
                      done = std::move(done)](Result<void> reached) mutable {
        Step session{"session", Step::Outcome::ok, "at " + name + ", which knows us by a cookie", ""};
        if (!reached)
            session = {"session", Step::Outcome::failed,
                       std::to_string(reached.error().code) + " " + reached.error().text,
                       "see [routes] here and at " + name +
                           ", its listener and certificate; its route to us must be TCP or XMPP, too"};
        done({std::move(route), std::move(session)});
    });
}

}  // namespace immp::component
