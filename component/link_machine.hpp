// The stream to our XMPP server (XEP-0114): connect, header, handshake, keepalive, and back for ever. No I/O:
// the driver tells what happened and carries out the actions in their order.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "armor/secret.hpp"
#include "bridge/log.hpp"
#include "component/backoff.hpp"
#include "component/iq_table.hpp"
#include "component/stanza.hpp"

namespace immp::component {

/// Every wait has an end. idle + pong is how long a half-open connection goes unnoticed: below 10 s, and
/// pong long enough for a server that is busy with a large stanza.
struct LinkPolicy {
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds header{10'000};
    std::chrono::milliseconds handshake{10'000};
    std::chrono::milliseconds idle{4'500};     ///< silence after which the server is pinged (XEP-0199)
    std::chrono::milliseconds pong{5'000};     ///< for any octet after the ping
    std::chrono::milliseconds steady{10'000};  ///< online this long: failures before it are forgotten
    Backoff backoff;
};

struct LinkIdentity {
    std::string server;  ///< `ADDRESS:PORT`, for the log
    std::string jid;     ///< ours
    std::string domain;  ///< the server's: who answers the ping
    armor::SecretText secret;
};

enum class LinkPhase {
    offline,      // not started, or stopped
    waiting,      // for the end of a pause before the next try
    connecting,   // TCP
    opening,      // our header is sent, the server's is awaited
    handshaking,  // the digest is sent
    online        // stanzas pass
};

// Actions.
struct OpenSocket {};
struct WriteText {
    std::string text;
};
/// `farewell` goes out only if that needs no waiting; nothing of this connection is reported any more.
struct CloseSocket {
    std::string farewell;
};
/// Stanza or StanzaSkipped of an online stream.
struct Deliver {
    StreamEvent event;
};
struct WentUp {};
struct WentDown {
    Error cause;
};
struct Tell {
    bridge::LogLevel level;
    std::string text;
};
using LinkAction = std::variant<OpenSocket, WriteText, CloseSocket, Deliver, WentUp, WentDown, Tell>;
using LinkActions = std::vector<LinkAction>;

class LinkMachine {
  public:
    /// `chance` in [0, 1) for the jitter; `fresh_id` as for IqTable.
    LinkMachine(LinkIdentity identity, const LinkPolicy& policy, std::function<double()> chance,
                std::function<std::string()> fresh_id);

    [[nodiscard]] LinkActions start(Time now);
    [[nodiscard]] LinkActions stop();
    [[nodiscard]] LinkActions connected(Time now);
    /// The connection could not be made, or ended; `why` for the log.
    [[nodiscard]] LinkActions lost(std::string_view why, Time now);
    /// Any octets at all: the server lives.
    void heard(Time now);
    [[nodiscard]] LinkActions received(StreamEvent event, Time now);
    /// To be called at deadline(), earlier is harmless.
    [[nodiscard]] LinkActions tick(Time now);

    [[nodiscard]] std::optional<Time> deadline() const { return deadline_; }
    [[nodiscard]] LinkPhase phase() const { return phase_; }
    /// Why the last try failed, with its remedy; empty after a handshake that went well.
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

  private:
    enum class Pace { normal, slowest };
    struct Trouble {
        std::string text;
        Pace pace = Pace::normal;
        std::string farewell = {};
    };
    void enter(LinkPhase phase, Time deadline);
    [[nodiscard]] LinkActions fail_with(Trouble trouble, Time now);
    [[nodiscard]] LinkActions on(StreamOpened opened, Time now);
    [[nodiscard]] LinkActions on(Stanza stanza, Time now);
    [[nodiscard]] LinkActions on(StanzaSkipped skipped, Time now);
    [[nodiscard]] LinkActions on(StreamEnded ended, Time now);
    [[nodiscard]] LinkActions on(StreamBroken broken, Time now);
    [[nodiscard]] Trouble explain(const Stanza& stream_error) const;
    [[nodiscard]] LinkActions go_up(Time now);
    [[nodiscard]] LinkActions keep_alive(Time now);
    [[nodiscard]] bool is_pong(const Stanza& stanza) const;

    LinkIdentity identity_;
    LinkPolicy policy_;
    std::function<double()> chance_;
    std::function<std::string()> fresh_id_;
    LinkPhase phase_ = LinkPhase::offline;
    std::optional<Time> deadline_;
    unsigned failures_ = 0;  // in a row
    Time up_since_{};
    Time heard_at_{};
    std::string ping_id_;  // not empty: an answer is awaited
    Time pinged_at_{};
    std::string trouble_;
};

}  // namespace immp::component
