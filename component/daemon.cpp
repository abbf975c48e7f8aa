#include "component/daemon.hpp"

#include <algorithm>
#include <csignal>
#include <future>
#include <thread>

#include <asio.hpp>

#include "armor/clock.hpp"
#include "armor/random.hpp"
#include "bridge/net/listener.hpp"
#include "bridge/node/node.hpp"
#include "bridge/store/sqlite_store.hpp"
#include "bridge/wire/prep.hpp"
#include "component/control.hpp"
#include "component/link.hpp"
#include "component/link_router.hpp"
#include "component/status.hpp"
#include "component/tcp_link.hpp"

namespace immp::component {
namespace {

/// Sessions may finish what they do for this long after SIGTERM; systemd waits longer before it kills.
constexpr std::chrono::seconds kFarewell{5};
/// Two threads: one bundle may be sealed while another is opened; each may hold a zstd window.
constexpr std::size_t kWorkers = 2;
/// The name for claims on the outbox. One daemon on an embedded store: it is always the same one that comes
/// back.
constexpr const char* kOwner = "immpd";

/// In [0, 1), from the system's generator: called from several threads.
double chance() {
    const auto octets = armor::random_array<4>();
    std::uint32_t value = 0;
    for (const std::uint8_t octet : octets)
        value = value << 8U | octet;
    return static_cast<double>(value) / 4'294'967'296.0;
}

void after(asio::io_context& io, std::chrono::milliseconds pause, std::move_only_function<void()> then) {
    auto timer = std::make_shared<asio::steady_timer>(io, pause);
    timer->async_wait([timer, then = std::move(then)](std::error_code error) mutable {
        if (!error) then();
    });
}

/// Of one that carries a message as long as a local user's: its envelope and its padding come on top.
std::uint64_t bundle_bytes(std::uint64_t message_bytes) {
    return message_bytes + message_bytes / 8 + (1u << 20);
}

bridge::SessionLimits session_limits(const Config::Limits& limits) {
    return {.message_bytes = limits.message_bytes,
            .bundle_bytes = bundle_bytes(limits.message_bytes + (1u << 20)),
            .parts = limits.parts,
            .recipients = limits.recipients,
            .errors_before_login = limits.errors_before_login,
            .pipelines = limits.pipelines,
            .index_limit = limits.index_entries,
            .idle_before_login = std::chrono::seconds(limits.idle_seconds_before_login),
            .idle_after_login = std::chrono::seconds(limits.idle_seconds)};
}

/// Where a client counts, for limits by address.
std::string place_of(const bridge::SessionOrigin& origin) {
    asio::error_code bad;
    const auto address = asio::ip::make_address(origin.address, bad);
    return bad ? origin.address : bridge::admission_place(address);
}

bridge::ListenerConfig listener_config(const Config& config) {
    bridge::ListenerConfig listener;
    for (const auto& address : config.listener.addresses) {
        listener.addresses.push_back({address, config.listener.port, bridge::ListenerKind::upgrade});
    }
    for (const auto& address : config.listener.tls_addresses) {
        listener.addresses.push_back({address, config.listener.tls_port, bridge::ListenerKind::immediate});
    }
    listener.tls = {config.listener.certificate, config.listener.key, config.listener.certificate_told,
                    config.listener.key_told};
    listener.certificate_name = bridge::ascii_domain(config.domain).value_or(config.domain);
    listener.admission = {config.listener.sessions, config.listener.sessions_per_address};
    listener.session.domain = config.domain;
    listener.session.limits = session_limits(config.limits);
    listener.connection.login = std::chrono::seconds(config.limits.login_seconds);
    listener.session.now = armor::clock_now;
    listener.session.uuid = armor::random_uuid;
    return listener;
}

class Daemon {
  public:
    Daemon(Config config, bridge::Log log)
        : config_(std::move(config)), log_(std::move(log)), signals_(io_, SIGTERM, SIGINT, SIGHUP) {}

    Result<void> run() {
        // A file over its limit and a socket whose other end is gone are errors of a write, not of the
        // daemon.
        std::signal(SIGXFSZ, SIG_IGN);
        std::signal(SIGPIPE, SIG_IGN);
        if (auto opened = open(); !opened) return opened;
        await_signal();
        io_.run();
        return outcome_;
    }

  private:
    Result<void> open() {
        auto store = bridge::open_sqlite_store(config_.store.directory, executor(), [this] { give_up(); });
        if (!store) return std::unexpected(std::move(store.error()));
        store_ = std::move(*store);
        control_ = std::make_unique<ControlServer>(io_, [this](std::string command, auto line, auto done) {
            answer(std::move(command), line, done);
        });
        if (auto opened = control_->open(config_.store.directory); !opened) return opened;
        workers_ = std::make_unique<bridge::Workers>(kWorkers);
        node_ = std::make_unique<bridge::Node>(services());
        open_links();
        node_->attach(*router_);
        listener_ = std::make_unique<bridge::Listener>(io_, listener(), hosts(), log_);
        if (auto opened = listener_->open(); !opened) return opened;
        node_->start([this](Result<void> started) { begin(std::move(started)); });
        return {};
    }

    void begin(Result<void> started) {
        if (!started) return end(std::move(started));
        if (is_ending_) return;
        is_serving_ = true;
        if (link_) link_->start();
        listener_->serve();
        // Mail with a TCP route does not wait for the XMPP server.
        if (has_tcp_route()) node_->on_link(bridge::LinkState::up);
        for (const auto& bound : listener_->bound()) {
            log_(bridge::LogLevel::info, "serving " + config_.domain + " on " + bound.address + " port " +
                                             std::to_string(bound.port) +
                                             (bound.kind == bridge::ListenerKind::immediate ? " (TLS)" : ""));
        }
    }

    void open_links() {
        if (!config_.component.secret.empty())
            link_ = std::make_unique<Link>(io_,
                                           LinkConfig{config_.component.address,
                                                      config_.component.port,
                                                      config_.component.jid,
                                                      config_.domain,
                                                      std::move(config_.component.secret),
                                                      config_.component.peers,
                                                      routes_,
                                                      {listener().session, hosts()}},
                                           *node_, log_);
        TcpIdentity us{config_.domain, config_.gateway.ca,
                       [this](const std::string& receiver, const Bytes& binding) {
                           return issue_cookie(receiver, binding);
                       }};
        tcp_ = std::make_unique<TcpLink>(routes_, std::move(us), executor(), log_);
        router_ = std::make_unique<LinkRouter>(routes_, link_.get(), *tcp_);
    }

    /// For a thread of the TCP link, which waits for it.
    std::string issue_cookie(const std::string& receiver, const Bytes& binding) {
        std::promise<std::string> made;
        auto cookie = made.get_future();
        asio::post(io_, [this, &made, &receiver, &binding] {
            made.set_value(node_->issue_cookie(receiver, binding));
        });
        return cookie.get();
    }

    [[nodiscard]] bool has_tcp_route() const {
        return std::ranges::any_of(config_.routes,
                                   [](const auto& row) { return row.second.way == bridge::Way::tcp; });
    }

    bridge::SessionHostFactory hosts() {
        return [this](const bridge::SessionOrigin& origin) { return node_->make_desk({place_of(origin)}); };
    }

    bridge::ListenerConfig listener() {
        bridge::ListenerConfig listener = listener_config(config_);
        listener.session.passes_on = [this](const std::string& peer, const std::string& destination) {
            return routes_.passes_on(peer, destination);
        };
        listener.session.codecs = codecs_;
        return listener;
    }

    bridge::Executor executor() {
        return [this](std::move_only_function<void()> work) { asio::post(io_, std::move(work)); };
    }

    bridge::NodeServices services() {
        bridge::NodeLimits limits;
        // A peer's message may be as long as a local user's; its envelope comes on top.
        limits.message_bytes = config_.limits.message_bytes + (1u << 20);
        limits.bundle_bytes = bundle_bytes(limits.message_bytes);
        limits.mailbox_bytes = config_.limits.mailbox_bytes;
        limits.peer_octets = 4 * limits.bundle_bytes;
        limits.staged_octets = 16 * limits.bundle_bytes;
        limits.key_requests = config_.limits.key_requests;
        limits.sender_rate.recipients = config_.limits.sender_recipients_per_hour;
        limits.domain_rate.recipients = config_.limits.domain_recipients_per_hour;
        return {.domain = config_.domain,
                .owner = kOwner,
                .limits = limits,
                .store = *store_,
                .workers = *workers_,
                .now = armor::clock_now,
                .uuid = armor::random_uuid,
                .chance = chance,
                .routes = routes_,
                .codecs = codecs_,
                .programs = {config_.rules.programs, std::chrono::seconds(config_.rules.program_seconds),
                             config_.rules.programs_at_once},
                .new_accounts = config_.accounts,
                .post = executor(),
                .after = [this](std::chrono::milliseconds pause,
                                std::move_only_function<void()> then) { after(io_, pause, std::move(then)); },
                .log = log_};
    }

    void await_signal() {
        signals_.async_wait([this](std::error_code error, int signal) {
            if (error) return;
            if (signal == SIGHUP) {
                (void)listener_->reload_certificate();  // It logs what became of it.
                return await_signal();
            }
            log_(bridge::LogLevel::info, "ending");
            end({});
        });
    }

    /// After a failed sync nobody knows what the disk holds: acknowledge nothing more, end, and be started
    /// again.
    void give_up() { end(fail(702, "the disk failed under the store; see to it, then start again")); }

    void end(Result<void> outcome) {
        if (is_ending_) return;
        is_ending_ = true;
        outcome_ = std::move(outcome);
        listener_->shut_down(kFarewell, [this] {
            if (!link_) return stop();
            link_->end_sessions(kFarewell, [this] { stop(); });
        });
    }

    void stop() {
        control_->close();
        if (link_) link_->stop();
        // Works that wait for the store need the I/O thread until they are done; so it stops last.
        ender_ = std::jthread([this] {
            node_->stop();
            workers_->stop();
            tcp_->stop();
            asio::post(io_, [this] { io_.stop(); });
        });
    }

    void answer(std::string command, std::function<void(std::string)> line, std::function<void()> done) {
        if (command == "status") return report_status(line, done);
        if (command == kLookAgain) {
            node_->on_administered();
            return done();
        }
        constexpr std::string_view kPing = "ping ";
        auto domain = command.starts_with(kPing) ? bridge::parse_domain(command.substr(kPing.size()))
                                                 : Result<std::string>(fail(400, "unknown command"));
        if (domain && !is_serving_) domain = fail(705, "immpd has just begun to start");
        if (!domain) {
            line(step_line({"question", Step::Outcome::failed, domain.error().text,
                            domain.error().code == 705 ? "try again" : "give a domain"}));
            return done();
        }
        diagnose(*domain, [this, domain = *domain, line, done](Steps steps) {
            for (const Step& step : steps)
                line(step_line(step));
            if (steps.empty() || steps.back().outcome == Step::Outcome::failed) return done();
            node_->echo(domain, [domain, line, done](Result<std::chrono::milliseconds> echo) {
                line(step_line(echo_step(domain, echo)));
                done();
            });
        });
    }

    void diagnose(const std::string& domain, std::move_only_function<void(Steps)> done) {
        const std::string next = routes_.next_hop(domain);
        if (!link_ || routes_.of(next).way == bridge::Way::tcp)
            return tcp_->diagnose(domain, std::move(done));
        link_->diagnose(next, std::move(done));
    }

    /// The store is asked for what every promise rests on: a write that was synced.
    void report_status(const std::function<void(std::string)>& line, const std::function<void()>& done) {
        store_->write<bridge::Done>(
            [](bridge::Transaction& transaction) { return write_status(transaction, armor::clock_now()); },
            [this, line, done](const Result<bridge::Done>& written) {
                line(step_line(store_step(config_.store.directory, written)));
                if (link_) line(step_line(link_->handshake()));
                done();
            });
    }

    static Step echo_step(const std::string& domain, const Result<std::chrono::milliseconds>& echo) {
        if (echo) {
            return {"sealed echo", Step::Outcome::ok,
                    "sealed, opened there and receipted in " + std::to_string(echo->count()) + " ms", ""};
        }
        return {"sealed echo", Step::Outcome::failed,
                std::to_string(echo.error().code) + " " + echo.error().text,
                echo.error().code == 412
                    ? "compare fingerprints (immpd keys there, immpd pins here) with the administrator of " +
                          domain + ", then: immpd pins accept " + domain
                    : "the immpd of " + domain + " answers and takes no bundle: see its log, and ours"};
    }

    Config config_;
    const bridge::Log log_;
    const bridge::Routes routes_{config_.routes, config_.gateway.domains};
    asio::io_context io_{1};
    const asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
    asio::signal_set signals_;
    Result<void> outcome_;
    bool is_ending_ = false;
    bool is_serving_ = false;  ///< the node has its keys
    const std::shared_ptr<bridge::CodecRoom> codecs_ =
        std::make_shared<bridge::CodecRoom>(bridge::kCodecsAtOnce);
    std::unique_ptr<bridge::Workers> workers_;
    std::unique_ptr<bridge::Node> node_;
    /// Ends before the node, which the works name that it has still to finish.
    std::unique_ptr<bridge::Store> store_;
    std::unique_ptr<TcpLink> tcp_;
    std::unique_ptr<LinkRouter> router_;
    /// Null where every route is TCP. Its end answers what it still owes, and the answers may ask the router.
    std::unique_ptr<Link> link_;
    std::unique_ptr<bridge::Listener> listener_;
    std::unique_ptr<ControlServer> control_;
    std::jthread ender_;
};

}  // namespace

Result<void> run_daemon(Config config, bridge::Log log) {
    return Daemon(std::move(config), std::move(log)).run();
}

}  // namespace immp::component
