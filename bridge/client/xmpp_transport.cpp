#include "bridge/client/xmpp_transport.hpp"

#include <algorithm>
#include <utility>

#include "armor/hex.hpp"
#include "armor/random.hpp"
#include "bridge/client/tunnel.hpp"

namespace immp::bridge::client {

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kTurn{1'000};
constexpr milliseconds kNow{0};

class XmppTransport final : public Transport {
  public:
    XmppTransport(const std::string& domain, milliseconds patience)
        : tunnel_("immp." + domain, armor::encode_hex(armor::random_array<16>()), Clock::now()),
          patience_(patience) {}

    ~XmppTransport() override {
        if (!stream_) return;
        tunnel_.close();
        hand_over();
    }
    XmppTransport(const XmppTransport&) = delete;
    XmppTransport& operator=(const XmppTransport&) = delete;

    Outcome<void> open(const XmppLogin& login) {
        auto stream = XmppStream::connect(
            login, patience_, [this](TunnelIq iq) { tunnel_.heard(std::move(iq), Clock::now()); });
        if (!stream) return std::unexpected(stream.error());
        stream_ = std::move(*stream);
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
        return wait([this] { return tunnel_.unsent_bytes() == 0 && !stream_->has_unsent(); });
    }

    bool readable_within(milliseconds time) override {
        const auto end = Clock::now() + time;
        while (unread_.empty() && !tunnel_.has_octets()) {
            const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
            // At its end, too, there is something to read: why it ended.
            if (trouble() || left < kNow) return trouble().has_value();
            hand_over();
            stream_->run(std::min(left, kTurn));
        }
        return true;
    }

    [[nodiscard]] std::optional<Bytes> exporter() const override { return std::nullopt; }

  private:
    void hand_over() {
        for (const std::string& stanza : tunnel_.take_stanzas(Clock::now()))
            stream_->send(stanza);
        stream_->run(kNow);
    }

    /// Why nothing more can come.
    [[nodiscard]] std::optional<Failure> trouble() const {
        if (tunnel_.state() == Tunnel::State::closed) return tunnel_.trouble();
        if (stream_->ended()) return stream_->ended();
        const auto since = tunnel_.waits_since();
        if (since && Clock::now() - std::max(*since, tunnel_.heard_at()) > patience_) return silent();
        return std::nullopt;
    }

    [[nodiscard]] Failure silent() const {
        return {ExitStatus::temporary,
                "the server has not answered for " +
                    std::to_string(std::chrono::duration_cast<std::chrono::seconds>(patience_).count()) +
                    " s; try again, or wait longer with --timeout",
                0};
    }

    /// Until then; or as long as anything moves.
    template <class Condition>
    Outcome<void> wait(Condition happened) {
        const auto began = Clock::now();
        while (true) {
            hand_over();
            if (happened()) return {};
            if (const auto why = trouble()) return std::unexpected(*why);
            if (Clock::now() - std::max(began, tunnel_.heard_at()) > patience_)
                return std::unexpected(silent());
            stream_->run(kTurn);
        }
    }

    Tunnel tunnel_;
    milliseconds patience_;
    std::unique_ptr<XmppStream> stream_;
    std::string unread_;
};

}  // namespace

Outcome<std::unique_ptr<Transport>> open_through_xmpp(const XmppLogin& login, milliseconds patience) {
    auto transport =
        std::make_unique<XmppTransport>(login.account.substr(login.account.find('@') + 1), patience);
    if (auto opened = transport->open(login); !opened) return std::unexpected(opened.error());
    return transport;
}

}  // namespace immp::bridge::client
