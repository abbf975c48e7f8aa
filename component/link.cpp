#include "component/link.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include "armor/hex.hpp"
#include "armor/random.hpp"
#include "component/answers.hpp"
#include "component/jid.hpp"
#include "component/link_machine.hpp"
#include "component/peers.hpp"
#include "component/stream_driver.hpp"

namespace immp::component {
namespace {

using namespace std::chrono_literals;
using bridge::LogLevel;

/// How exactly deadlines of questions are kept; those of the stream itself are exact.
constexpr auto kTick = 1s;
constexpr auto kHandshakePatience = 15s;

double random_chance() {
    const auto octets = armor::random_array<4>();
    std::uint32_t number = 0;
    for (const auto octet : octets)
        number = number << 8U | octet;
    return static_cast<double>(number) / 4'294'967'296.0;
}

std::string random_id() {
    return armor::encode_hex(armor::random_array<16>());
}

}  // namespace

class Link::Driver final : public std::enable_shared_from_this<Driver>, public Outlet, public StreamOwner {
  public:
    Driver(asio::io_context& io, LinkConfig config, bridge::PeerHandler& handler, bridge::Log log)
        : io_(io),
          host_(config.address),
          port_(config.port),
          walk_{config.domain, config.jid, config.address + ":" + std::to_string(config.port), {}, {}},
          overrides_(config.overrides),
          handler_(handler),
          world_{Clock::now, random_id, random_chance, [this](auto call) { defer(std::move(call)); },
                 std::move(log)},
          asker_(config.jid, *this, world_),
          discovery_(asker_, world_, overrides_),
          answers_(std::make_shared<Answers>(config.jid, *this, world_, asker_, discovery_, handler)),
          users_(std::make_shared<UserSessions>(config.jid, std::move(config.users), *this, asker_, world_)),
          peers_(asker_, discovery_, *this, world_, config.routes),
          machine_({walk_.server, config.jid, config.domain, std::move(config.secret)}, LinkPolicy{},
                   random_chance, random_id),
          timer_(io) {}

    void start() {
        if (const auto library = check_xml_library(); !library)
            return world_.log(LogLevel::error, "link: " + library.error().text);
        perform(machine_.start(Clock::now()));
    }

    void end_sessions(std::chrono::milliseconds patience, std::move_only_function<void()> done) {
        users_->shut_down(patience, std::move(done));
    }

    void stop() {
        perform(machine_.stop());
        users_->stop();
        asker_.down(Error{703, "shutting down", {}, 60s});
        for (auto& begin : std::exchange(walks_, {}))
            begin.call();
        run_deferred();
        timer_.cancel();
    }

    Peers& peers() { return peers_; }

    void diagnose(std::string domain, std::move_only_function<void(Steps)> done) {
        // What was refused five minutes ago may be mended now: that is why somebody asks.
        discovery_.forget(domain);
        auto walk = walk_;
        const auto row = overrides_.find(domain);
        walk.rule = row == overrides_.end() ? Walk::PeerJid::listed : Walk::PeerJid::overridden;
        walk.peer_jid = row == overrides_.end() ? component_jid(domain) : row->second;
        walk.peer_domain = std::move(domain);
        auto begin = [this, walk = std::move(walk), done = std::move(done)]() mutable {
            Steps taken{handshake()};
            take_walk(asker_, std::move(walk), std::move(taken), std::move(done));
        };
        if (machine_.phase() == LinkPhase::online) return begin();
        walks_.push_back({Clock::now() + kHandshakePatience, std::move(begin)});
        arm();
    }

    Step handshake() const {
        const bool up = machine_.phase() == LinkPhase::online;
        const auto trouble = machine_.trouble().empty() ? "no answer yet" : machine_.trouble();
        return handshake_step(walk_, up ? "" : trouble);
    }

    void send(std::string stanza, Lane lane) override {
        if (stream_ && machine_.phase() == LinkPhase::online) stream_->send(std::move(stanza), lane);
    }
    std::size_t queued_bytes() const override { return stream_ ? stream_->queued_bytes() : 0; }

    void on_connected() override { perform(machine_.connected(Clock::now())); }
    void on_octets() override { machine_.heard(Clock::now()); }
    void on_event(StreamEvent event) override { perform(machine_.received(std::move(event), Clock::now())); }
    void on_lost(std::string why) override { perform(machine_.lost(why, Clock::now())); }

  private:
    struct WaitingWalk {
        Time deadline;
        std::move_only_function<void()> call;
    };

    void perform(LinkActions actions) {
        for (auto& action : actions)
            std::visit([this](auto& value) { act(std::move(value)); }, action);
        arm();
    }

    void act(OpenSocket&&) {
        stream_ = std::make_shared<StreamDriver>(io_, *this);
        stream_->connect(host_, port_);
    }
    void act(WriteText&& write) {
        if (stream_) stream_->send(std::move(write.text), Lane::urgent);
    }
    void act(CloseSocket&& close) {
        if (const auto stream = std::exchange(stream_, nullptr)) stream->close(close.farewell);
    }
    void act(Tell&& line) { world_.log(line.level, line.text); }
    void act(WentUp&&) {
        asker_.up();
        handler_.on_link(bridge::LinkState::up);
        for (auto& begin : std::exchange(walks_, {}))
            begin.call();
    }
    void act(WentDown&& down) {
        users_->down();
        asker_.down(down.cause);
        handler_.on_link(bridge::LinkState::down);
    }
    void act(Deliver&& delivery) {
        std::visit([this](auto& event) { deliver(event); }, delivery.event);
    }

    void deliver(Stanza& stanza) {
        if (is_answer(stanza.head)) return asker_.take(std::move(stanza));
        if (users_->concerns(stanza)) {
            users_->take(std::move(stanza));
            return arm();
        }
        answers_->take(std::move(stanza));
    }
    void deliver(StanzaSkipped& skipped) {
        if (!is_answer(skipped.head)) return answers_->take(skipped);
        // An answer that we cannot take is a failure like any other.
        skipped.head.type = "error";
        asker_.take(Stanza{std::move(skipped.head), {}});
    }
    template <class Other>
    void deliver(Other&) {}

    static bool is_answer(const StanzaHead& head) {
        return head.name == StanzaName::iq && (head.type == "result" || head.type == "error");
    }

    void defer(std::move_only_function<void()> call) {
        deferred_.push_back(std::move(call));
        if (deferred_.size() > 1) return;
        asio::post(io_, [self = weak_from_this()] {
            if (const auto here = self.lock()) here->run_deferred();
        });
    }

    void run_deferred() {
        while (!deferred_.empty()) {
            auto call = std::move(deferred_.front());
            deferred_.pop_front();
            call();
        }
    }

    // The timer is only ever set to fire earlier: a deadline that moved away is looked at in vain once.
    void arm() {
        auto due = machine_.deadline();
        const bool waits = asker_.waits() || !walks_.empty() || users_->size() > 0;
        if (waits) due = std::min(due.value_or(Time::max()), Clock::now() + kTick);
        if (!due || (armed_ && *armed_ <= *due)) return;
        armed_ = due;
        timer_.expires_at(*due);
        timer_.async_wait([self = weak_from_this()](const asio::error_code& error) {
            const auto here = self.lock();
            if (!error && here) here->tick();
        });
    }

    void tick() {
        armed_.reset();
        asker_.expire();
        users_->tick();
        const auto now = Clock::now();
        auto waiting = std::exchange(walks_, {});
        for (auto& walk : waiting) {
            if (walk.deadline <= now)
                walk.call();
            else
                walks_.push_back(std::move(walk));
        }
        perform(machine_.tick(now));
    }

    asio::io_context& io_;
    std::string host_;
    std::uint16_t port_;
    Walk walk_;  // without the peer
    std::map<std::string, std::string> overrides_;
    bridge::PeerHandler& handler_;
    World world_;
    Asker asker_;
    Discovery discovery_;
    std::shared_ptr<Answers> answers_;
    std::shared_ptr<UserSessions> users_;
    Peers peers_;
    LinkMachine machine_;
    asio::steady_timer timer_;
    std::optional<Time> armed_;
    std::shared_ptr<StreamDriver> stream_;
    std::vector<WaitingWalk> walks_;
    std::deque<std::move_only_function<void()>> deferred_;
};

Link::Link(asio::io_context& io, LinkConfig config, bridge::PeerHandler& handler, bridge::Log log)
    : driver_(std::make_shared<Driver>(io, std::move(config), handler, std::move(log))) {}

Link::~Link() {
    stop();
}

void Link::start() {
    driver_->start();
}
void Link::stop() {
    driver_->stop();
}
void Link::end_sessions(std::chrono::milliseconds patience, std::move_only_function<void()> done) {
    driver_->end_sessions(patience, std::move(done));
}

std::size_t Link::piece_bytes(std::string_view domain) const {
    return driver_->peers().piece_bytes(domain);
}
std::size_t Link::window(std::string_view domain) const {
    return driver_->peers().window(domain);
}
void Link::send_piece(std::string domain, bridge::BundlePiece piece,
                      bridge::Callback<bridge::BundleStatus> done) {
    driver_->peers().send_piece(std::move(domain), std::move(piece), std::move(done));
}
void Link::ask_bundle(std::string domain, std::string bundle_id,
                      bridge::Callback<bridge::BundleStatus> done) {
    driver_->peers().ask_bundle(std::move(domain), std::move(bundle_id), std::move(done));
}
void Link::fetch_records(std::string domain, History history,
                         bridge::Callback<std::vector<std::string>> done) {
    driver_->peers().fetch_records(std::move(domain), history, std::move(done));
}
void Link::send_receipt(std::string domain, Bytes receipt, bridge::Callback<void> done) {
    driver_->peers().send_receipt(std::move(domain), std::move(receipt), std::move(done));
}
void Link::announce(std::string domain, bridge::Callback<void> done) {
    driver_->peers().announce(std::move(domain), std::move(done));
}
void Link::verify_cookie(std::string issuer, bridge::CookieClaim claim, bridge::Callback<void> done) {
    driver_->peers().verify_cookie(std::move(issuer), std::move(claim), std::move(done));
}
void Link::diagnose(std::string domain, std::move_only_function<void(Steps)> done) {
    driver_->diagnose(std::move(domain), std::move(done));
}
Step Link::handshake() const {
    return driver_->handshake();
}

}  // namespace immp::component
