// The machine of one IMMP session (draft 4.3; decisions, 1): octets and answers in, actions out. No I/O, no
// clock, no randomness: both are given in SessionServices. One thread at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/session/action.hpp"
#include "bridge/session/request.hpp"
#include "bridge/wire/codec_room.hpp"
#include "bridge/wire/state.hpp"

namespace immp::bridge {

/// Bounds of a session; every one has its error (docs/protocol.md, Limits).
struct SessionLimits {
    std::uint64_t message_bytes = 100ull << 20;      ///< all parts of a delivery; 413
    std::uint64_t bundle_bytes = 128ull << 20;       ///< the same of a delivery in Remote; 413
    std::uint32_t parts = 100;                       ///< 413
    std::uint32_t recipients = 100;                  ///< 413
    std::uint32_t errors_before_login = 10;          ///< then 710 and close
    std::uint32_t pipelines = 32;                    ///< ids at a time; 429
    std::uint32_t index_limit = 1000;                ///< entries an INDEX answers at most, and by default
    std::chrono::seconds idle_before_login{60};      ///< 408 and close
    std::chrono::seconds idle_after_login{30 * 60};  ///< 408 and close
};

/// Compressed bodies that are read or given out at once: by all sessions (705), to and from one (429).
inline constexpr std::size_t kCodecsAtOnce = 64;
inline constexpr std::size_t kSessionCodecs = 4;

/// What the machine needs from outside; the functions are called from within its own calls.
struct SessionServices {
    std::string domain;
    SessionLimits limits;
    std::function<Time()> now;
    std::function<std::string()> uuid;  ///< a fresh version-4 UUID, lower case
    /// Whether bundles of what that peer sends are passed on to that domain, which is not ours; none where it
    /// is empty.
    std::function<bool(const std::string& peer, const std::string& destination)> passes_on = {};
    /// Shared with the node; bodies over it are refused with 705.
    std::shared_ptr<CodecRoom> codecs = std::make_shared<CodecRoom>(kCodecsAtOnce);
};

/// Of a channel binding.
inline constexpr std::size_t kExporterBytes = 32;

/// How the TLS handshake ended.
struct TlsFacts {
    TlsVersion version = TlsVersion::tls1_3;
    /// tls-exporter (RFC 9266): kExporterBytes; empty where TLS 1.2 lacks the extended master secret.
    std::optional<Bytes> exporter;
};

enum class ListenerKind {
    upgrade,    ///< plain at first; greeting offers UPGRADE
    immediate,  ///< TLS from the first octet: tls_established is the first call
    xmpp,       ///< octets of a user whom our XMPP server has logged in: enter is the first call
};

class Session {
  public:
    Session(ListenerKind kind, SessionServices services);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Call once, first, for ListenerKind::upgrade (greets); for `immediate` the greeting follows
    /// tls_established.
    [[nodiscard]] Actions start();
    /// Call once, first, for ListenerKind::xmpp: greets, and asks whether `account` takes such sessions
    /// (AdmitUser). Then Local, or the refusal and Close; what is fed before runs behind it.
    [[nodiscard]] Actions enter(std::string account);
    /// Octets from the client, cut anywhere. More may be fed only while wants_input().
    [[nodiscard]] Actions receive(std::string_view octets);
    /// False while earlier commands must end first, or the output is not drained: the driver stops reading
    /// the socket.
    [[nodiscard]] bool wants_input() const;
    /// A compressed body has more to give than one call may: the driver calls receive() with no octets when
    /// it could read. wants_input() is false meanwhile.
    [[nodiscard]] bool has_work() const;
    [[nodiscard]] Actions tls_established(const TlsFacts& facts);
    [[nodiscard]] Actions answered(Ticket ticket, Answer answer);
    /// An empty string is the end of the source. An error after the header was sent closes the session (the
    /// promised LENGTH can't be kept).
    [[nodiscard]] Actions pulled(Ticket ticket, Result<std::string> octets);
    /// After actions with a Send, once the driver's queue is below low water (again, or still): it may be
    /// called at once, but not from within another call.
    [[nodiscard]] Actions drained();
    /// The client sends nothing more, but may still take replies: what only it could end, ends.
    [[nodiscard]] Actions input_ended();
    /// No octet moved for as long as idle_limit(): 408 and Close; while a WATCH is open, its last line again,
    /// by which TCP finds out whether the client is still there.
    [[nodiscard]] Actions idle();
    [[nodiscard]] std::chrono::seconds idle_limit() const;
    /// What it was logged in with is gone: Close, at once, behind `why`, unless that could be taken for a
    /// reply.
    [[nodiscard]] Actions end(Error why);
    /// The daemon ends: 703 and Close once what is pending is answered.
    [[nodiscard]] Actions shut_down();
    [[nodiscard]] SessionState state() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace immp::bridge
