// The client's end of a session through XMPP (docs/xmpp.md, Users): octets in and out, stanzas in and out.
// Pure; the clock is handed in. xmpp_transport.hpp drives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/client/failure.hpp"
#include "bridge/wire/block_stream.hpp"

namespace immp::bridge::client {

/// Of In-Band Bytestreams (XEP-0047).
inline constexpr std::string_view kIbbNs = "http://jabber.org/protocol/ibb";
inline constexpr std::string_view kImmpNs = "urn:immp:1";

/// An iq as far as a tunnel looks at it.
struct TunnelIq {
    enum class Kind {
        result,
        error,
        data,   ///< set, of XEP-0047
        close,  ///< set, of XEP-0047
        other,  ///< any other get or set
    };
    Kind kind = Kind::other;
    std::string id = {};
    std::string from = {};
    std::string sid = {};
    std::optional<std::uint64_t> seq = {};   ///< of a block; of `<resume/>` in a result
    std::optional<std::string> octets = {};  ///< nothing: no base64
    std::string condition = {};              ///< of an error
    std::string error_type = {};
    int code = 0;  ///< of a refusal of urn:immp:1 in it
};

/// Nothing came for so long: the other end is asked whether it is there.
inline constexpr std::chrono::seconds kTunnelProbeAfter{30};
/// The same while blocks are under way: they may be lost without a word, and a component that was started
/// anew says so only when it is asked.
inline constexpr std::chrono::seconds kTunnelDoubtsAfter{10};

class Tunnel {
  public:
    using Time = BlockStream::Time;
    enum class State {
        opening,  ///< `<open/>` has no answer yet
        open,
        lost,      ///< the path is gone, trouble() says why: resume() goes on
        resuming,  ///< `<resume/>` has no answer yet
        closed,    ///< trouble() says why
    };

    /// To the component `peer`; `name` is the sid, and begins the ids of our requests: nobody must guess it.
    Tunnel(std::string peer, std::string name, Time now);

    void heard(TunnelIq iq, Time now);
    /// What is to be sent now, in this order.
    [[nodiscard]] std::vector<std::string> take_stanzas(Time now);
    /// The stream that carried it is gone. Before it was open, that ends it.
    void lose(Failure trouble);
    /// Asks to go on, over the stream that there is now. Only where it is lost.
    void resume(Time now);
    /// Ends it from our side.
    void close();

    void write(std::string_view octets) { stream_.push(octets); }
    [[nodiscard]] std::size_t unsent_bytes() const { return stream_.unsent_bytes(); }
    /// Octets that came; taken away by the caller.
    [[nodiscard]] std::string take_octets();
    [[nodiscard]] bool has_octets() const { return stream_.held_bytes() > 0; }

    [[nodiscard]] State state() const { return state_; }
    /// Open, and since it was resumed a block has gone through: the new path is one.
    [[nodiscard]] bool moves() const { return state_ == State::open && has_moved_; }
    [[nodiscard]] const Failure& trouble() const { return trouble_; }
    /// When something last came from the other end, or was first awaited.
    [[nodiscard]] Time heard_at() const { return heard_at_; }
    /// Since when a block of ours, or what opens or resumes it, has no answer while nothing else came.
    [[nodiscard]] std::optional<Time> waits_since() const;

  private:
    void ask_to_open(std::string_view resume = {});
    void answered(const TunnelIq& iq, Time now);
    void go_on(const TunnelIq& iq);
    void refused(const TunnelIq& iq);
    void take(TunnelIq& iq);
    void answer_probes();
    [[nodiscard]] bool is_in_doubt(Time now) const;
    void end(Failure trouble);
    [[nodiscard]] Failure why_refused(const TunnelIq& iq) const;
    void send(std::string_view type, std::string_view id, std::string_view payload = {});
    void send_error(const TunnelIq& iq, std::string_view type, std::string_view condition);

    std::string peer_;
    std::string name_;
    std::string tag_;  // begins the ids of our requests: of this path, and no other
    unsigned paths_ = 0;
    bool has_moved_ = false;  // on this path
    BlockStream stream_;
    State state_ = State::opening;
    Failure trouble_;
    std::size_t block_bytes_ = kMostBlockBytes;
    std::vector<std::string> stanzas_;
    Time heard_at_;
    Time probed_at_;
    Time asked_at_;  // `<open/>`
};

}  // namespace immp::bridge::client
