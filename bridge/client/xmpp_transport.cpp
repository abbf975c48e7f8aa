#include "bridge/client/xmpp_transport.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "armor/hex.hpp"
#include "armor/random.hpp"
#include "bridge/client/discovery.hpp"
#include "bridge/client/progress.hpp"
#include "bridge/client/resume_pace.hpp"
#include "bridge/client/tunnel.hpp"

namespace immp::bridge::client {

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kNow{0};
constexpr milliseconds kTransportTurn{1'000};
/// While there is no stream.
constexpr milliseconds kShortTurn{100};

class XmppTransport final : public Transport {
  public:
    XmppTransport(XmppLogin login, FindXmppServers find, milliseconds patience)
        : login_(std::move(login)),
          find_(std::move(find)),
          tunnel_("immp." + login_.account.substr(login_.account.find('@') + 1), random_name(), Clock::now()),
          patience_(patience),
          pace_(patience) {
        login_.resource = "immp-" + random_name();
    }

    ~XmppTransport() override {
        if (!stream_) return;
        tunnel_.close();
        hand_over();
    }
    XmppTransport(const XmppTransport&) = delete;
    XmppTransport& operator=(const XmppTransport&) = delete;

    Outcome<void> open() {
        if (auto connected = connect(); !connected) return connected;
        return wait([this] { return tunnel_.state() == Tunnel::State::open; });
    }

    Outcome<std::size_t> read(std::span<char> room) override {
        if (unread_.empty()) {
            if (auto came = wait([this] { return tunnel_.has_octets(); }); !came && !tunnel_.has_octets())
                return std::unexpected(came.error());
            unread_ = tunnel_.take_octets();
            hand_over();  // what was taken is acknowledged at once
        }
        const std::size_t bytes = std::min(room.size(), unread_.size());
        std::copy_n(unread_.begin(), bytes, room.begin());
        unread_.erase(0, bytes);
        return bytes;
    }

    Outcome<void> write(std::string_view octets) override {
        tunnel_.write(octets);
        return wait([this] { return tunnel_.unsent_bytes() == 0 && !(stream_ && stream_->has_unsent()); });
    }

    bool readable_within(milliseconds time) override {
        const auto end = Clock::now() + time;
        while (unread_.empty() && !tunnel_.has_octets()) {
            const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
            // At its end, too, there is something to read: why it ended.
            if (trouble() || left < kNow) return trouble().has_value();
            hand_over();
            hear_for(std::min(left, kTransportTurn));
        }
        return true;
    }

    [[nodiscard]] std::optional<Bytes> exporter() const override { return std::nullopt; }

  private:
    static std::string random_name() { return armor::encode_hex(armor::random_array<16>()); }

    void hand_over() {
        look_after_stream();
        const auto stanzas = tunnel_.take_stanzas(Clock::now());
        if (!stream_) return;
        for (const std::string& stanza : stanzas)
            stream_->send(stanza);
        stream_->run(kNow);
    }

    void hear_for(milliseconds time) {
        if (stream_)
            stream_->run(time);
        else
            std::this_thread::sleep_for(std::min(time, kShortTurn));
    }

    void look_after_stream() {
        if (stream_ && stream_->ended())
            lose(*stream_->ended());
        else if (const auto since = tunnel_.waits_since(); since && Clock::now() - *since > patience_)
            lose(silent());
        if (tunnel_.moves()) pace_.went_on();
        if (tunnel_.state() == Tunnel::State::lost) resume();
    }

    void lose(const Failure& why) {
        tunnel_.lose(why);
        stream_.reset();
    }

    void resume() {
        if (!pace_.is_lost()) note_beside_progress("immp: " + tunnel_.trouble().text + " (trying again)");
        switch (pace_.next(Clock::now())) {
            case ResumePace::Next::wait: return;
            case ResumePace::Next::give_up: given_up_ = tunnel_.trouble(); return;
            case ResumePace::Next::go: break;
        }
        if (!stream_) {
            const auto connected = connect();
            if (!connected && !pace_.may_mend(connected.error())) given_up_ = connected.error();
            if (!connected) return;
        }
        tunnel_.resume(Clock::now());
    }

    Outcome<void> connect() {
        const auto servers = find_();
        if (!servers) return std::unexpected(servers.error());
        auto stream = first_reached(*servers, [this](const Endpoint& server) {
            return XmppStream::connect(login_, server, patience_,
                                       [this](TunnelIq iq) { tunnel_.heard(std::move(iq), Clock::now()); });
        });
        if (!stream) return std::unexpected(stream.error());
        stream_ = std::move(*stream);
        return {};
    }

    /// Why nothing more can come.
    [[nodiscard]] std::optional<Failure> trouble() const {
        if (tunnel_.state() == Tunnel::State::closed) return tunnel_.trouble();
        return given_up_;
    }

    [[nodiscard]] Failure silent() const {
        return {ExitStatus::temporary,
                "the server has not answered for " +
                    std::to_string(std::chrono::duration_cast<std::chrono::seconds>(patience_).count()) +
                    " s; try again, or wait longer with --timeout",
                0};
    }

    /// Until then; or as long as there is hope.
    template <class Condition>
    Outcome<void> wait(Condition happened) {
        const auto began = Clock::now();
        while (true) {
            hand_over();
            if (happened()) return {};
            if (const auto why = trouble()) return std::unexpected(*why);
            if (is_idle() && Clock::now() - std::max(began, tunnel_.heard_at()) > patience_)
                return std::unexpected(silent());
            hear_for(kTransportTurn);
        }
    }

    /// All that was sent was taken, and the server thinks about it.
    [[nodiscard]] bool is_idle() const {
        return tunnel_.state() == Tunnel::State::open && !tunnel_.waits_since();
    }

    XmppLogin login_;
    FindXmppServers find_;
    Tunnel tunnel_;
    milliseconds patience_;
    ResumePace pace_;
    std::optional<Failure> given_up_;
    std::unique_ptr<XmppStream> stream_;
    std::string unread_;
};

}  // namespace

Outcome<std::unique_ptr<Transport>> open_through_xmpp(XmppLogin login, FindXmppServers find,
                                                      milliseconds patience) {
    auto transport = std::make_unique<XmppTransport>(std::move(login), std::move(find), patience);
    if (auto opened = transport->open(); !opened) return std::unexpected(opened.error());
    return transport;
}

}  // namespace immp::bridge::client
