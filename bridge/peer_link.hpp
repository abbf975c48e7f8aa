// What the bridge needs of a link to other domains, and what the link needs of the bridge. XMPP (component/)
// implements the link; the bridge never sees a stanza. All calls and callbacks run on the daemon's I/O
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/bytes.hpp"
#include "armor/error.hpp"

namespace immp::bridge {

/// A piece of a bundle as `iq set <bundle id at of>` carries it (envelope.md, On the link). Offsets count the
/// whole file: head and payload.
struct BundlePiece {
    std::string bundle_id;
    std::uint64_t at = 0;
    std::uint64_t of = 0;
    Bytes octets;
};

/// How much of a bundle the receiver has synced, or its receipt.
struct BundleStatus {
    std::uint64_t at = 0;
    bool known = true;  ///< false: item-not-found
    Bytes receipt;      ///< empty: none yet
};

/// What a domain's server was given to prove another's name (decisions, 3), as the one asks the other about
/// it.
struct CookieClaim {
    std::string cookie;    ///< 64 hex
    std::string receiver;  ///< the domain at which it was shown
    Bytes binding;         ///< tls-exporter of the session in which it was shown, 32 octets
};

template <class T>
using Callback = std::move_only_function<void(Result<T>)>;

/// Towards other domains. Every error is temporary (a server's error proves nothing about a mailbox:
/// decisions, 7) and each callback is called exactly once, also on deadline (704 link down, 720 peer
/// unreachable) and shutdown.
class PeerLink {
  public:
    virtual ~PeerLink() = default;
    /// The most octets one piece should carry to this domain now, by what acks were measured.
    [[nodiscard]] virtual std::size_t piece_bytes(std::string_view domain) const = 0;
    /// How many pieces may be unanswered at once.
    [[nodiscard]] virtual std::size_t window(std::string_view domain) const = 0;
    virtual void send_piece(std::string domain, BundlePiece piece, Callback<BundleStatus> done) = 0;
    virtual void ask_bundle(std::string domain, std::string bundle_id, Callback<BundleStatus> done) = 0;
    /// Key records as they were sent, oldest first; with history all of them, else one.
    enum class History { last, whole };
    virtual void fetch_records(std::string domain, History history,
                               Callback<std::vector<std::string>> done) = 0;
    virtual void send_receipt(std::string domain, Bytes receipt, Callback<void> done) = 0;
    /// Tells the domain that our link came up anew: what it asked us before will not be answered, and what
    /// waits there for us may go.
    virtual void announce(std::string domain, Callback<void> done) = 0;
    /// Asks the issuer. 421, for good, where it says no; every other error says nothing of the cookie.
    virtual void verify_cookie(std::string issuer, CookieClaim claim, Callback<void> done) = 0;
};

enum class LinkState { down, up };

/// Towards us. `origin` is the domain that the link has proved the stanza's sender to speak for (decisions,
/// 7); `peer` names the sender itself, to keep pieces apart.
class PeerHandler {
  public:
    virtual ~PeerHandler() = default;
    virtual void on_piece(std::string origin, std::string peer, BundlePiece piece,
                          Callback<BundleStatus> reply) = 0;
    virtual void on_bundle_question(std::string origin, std::string peer, std::string bundle_id,
                                    Callback<BundleStatus> reply) = 0;
    virtual void on_receipt(std::string origin, Bytes receipt, Callback<void> reply) = 0;
    /// Records of a domain we serve (450 otherwise), oldest first.
    virtual void on_key_question(std::string domain, PeerLink::History history,
                                 Callback<std::vector<std::string>> reply) = 0;
    /// The origin asks whether we gave out this cookie: 421 if not, 403 where it asks for another receiver.
    virtual void on_cookie_question(std::string origin, CookieClaim claim, Callback<void> reply) = 0;
    /// The link to our own server came up or went down.
    virtual void on_link(LinkState state) = 0;
    /// A verified stanza of that domain arrived: what waits for it may go at once.
    virtual void on_peer_seen(std::string domain) = 0;
};

}  // namespace immp::bridge
