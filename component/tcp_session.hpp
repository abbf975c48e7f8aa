// A session of ours at another domain's server, to bring it bundles and receipts (docs/protocol.md, 16). It
// blocks: on a worker's thread only.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bridge/client/greeting.hpp"
#include "bridge/peer_link.hpp"

namespace immp::component {

/// For connecting, for the handshake, and for whatever moves then.
inline constexpr std::chrono::milliseconds kTcpPatience{30'000};
/// For opening a session, and for each of its questions, however slowly the server goes on answering.
inline constexpr std::chrono::minutes kTcpQuestion{2};
/// Octets of all the lines that answer one question; a server that says more is left.
inline constexpr std::size_t kMaxTcpAnswerBytes = 1u << 20;
/// Bundles of which not all octets have come; one more ends the session, and they begin anew.
inline constexpr std::size_t kMaxTcpStreams = 16;

/// Who we are, and how we know others.
struct TcpIdentity {
    std::string domain;
    std::string ca_file;  ///< PEM, beside the system's authorities; may be empty
    /// Makes a cookie for that receiver and TLS session; called on the worker's thread.
    std::function<std::string(const std::string& receiver, const Bytes& binding)> issue;
    int break_off = -1;  ///< TcpLink's: a descriptor; once it is readable, no session waits any more
};

class TcpSession {
  public:
    /// Connected under a certificate for `domain`, and in Remote. 720 with what is wrong; always temporary.
    [[nodiscard]] static Result<TcpSession> open(const bridge::client::Server& server,
                                                 const std::string& domain, const TcpIdentity& us);

    // Each error but a reply's own refusal leaves the session of no more use: is_broken().

    /// The status after this piece; "stored" is said of the last one only, with the receipt. Pieces of a
    /// bundle come in order; one that does not fit is told to begin anew (at 0).
    [[nodiscard]] Result<bridge::BundleStatus> bring(const std::string& destination,
                                                     bridge::BundlePiece piece);
    [[nodiscard]] Result<void> bring_receipt(const std::string& destination, ByteView octets);
    [[nodiscard]] Result<std::vector<std::string>> records(const std::string& domain,
                                                           bridge::PeerLink::History history);
    /// Ours broke, or the server has ended its side, or speaks unasked.
    [[nodiscard]] bool is_broken();

  private:
    explicit TcpSession(bridge::client::Greeted greeted)
        : talk_(std::move(greeted.conversation)), connection_(*greeted.connection) {}

    struct Stream {
        std::string pipeline;
        std::uint64_t at = 0;
    };
    /// Before the first octet of each.
    void begin_question();
    [[nodiscard]] Result<void> send(std::string_view octets);
    [[nodiscard]] Result<bridge::client::Reply> next(std::string_view pipeline);
    /// The next replies of the pipeline, those with a dash apart: the last one, or the first refusal.
    [[nodiscard]] Result<bridge::client::Reply> last_of(int replies, std::string_view pipeline,
                                                        std::string* receipt = nullptr);
    [[nodiscard]] Result<bridge::BundleStatus> bring_whole(const std::string& destination,
                                                           const bridge::BundlePiece& piece);
    [[nodiscard]] Result<void> begin(const std::string& destination, const bridge::BundlePiece& piece);
    [[nodiscard]] Result<bridge::BundleStatus> taken(int replies, const std::string& pipeline,
                                                     std::uint64_t of);
    /// Behind a refusal: a delivery that is still open would hold its pipeline for ever.
    [[nodiscard]] std::unexpected<Error> abandoned(const std::string& pipeline, Error why);
    [[nodiscard]] std::unexpected<Error> broken(const bridge::client::Failure& failure);
    [[nodiscard]] std::string fresh_pipeline() { return "b" + std::to_string(++last_pipeline_); }

    bridge::client::Conversation talk_;
    bridge::client::Connection& connection_;  ///< its own
    std::size_t answer_bytes_ = 0;            ///< to this question
    std::map<std::string, Stream> streams_;   ///< by bundle
    std::uint32_t last_pipeline_ = 0;
    bool is_broken_ = false;
};

/// Asks the server of the issuer, whose certificate must name it: VERIFY COOKIE. 421 for good where it says
/// no; else 720, temporary, and at the latest at `until`.
[[nodiscard]] Result<void> verify_over_tcp(const bridge::client::Server& server, const std::string& issuer,
                                           const TcpIdentity& us, const bridge::CookieClaim& claim,
                                           bridge::client::Patience::Clock::time_point until);

}  // namespace immp::component
