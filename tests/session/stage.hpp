// A session with a scripted node and driver around it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/session/session.hpp"

namespace immp::bridge::test {

/// What is the same in every dialog, so that proofs can stand in them as text.
inline constexpr std::string_view kDomain = "a.example";
inline constexpr std::string_view kAccount = "alice@a.example";
inline constexpr std::string_view kPassword = "correct horse battery staple";
inline constexpr std::string_view kNonce = "AAECAwQFBgcICQoLDA0ODxAR";

class TestSource : public BodySource {
  public:
    explicit TestSource(std::string octets, std::uint64_t lie = 0) : octets_(std::move(octets)), lie_(lie) {}
    [[nodiscard]] std::uint64_t length() const override { return octets_.size() + lie_; }
    [[nodiscard]] std::string next(std::size_t bytes);

  private:
    std::string octets_;
    std::uint64_t lie_;  ///< how much longer it claims to be
    std::size_t read_ = 0;
};

/// The credential of every account here: kPassword under a fixed salt.
[[nodiscard]] Credential test_credential();
/// h of kPassword.
[[nodiscard]] const armor::StretchedPassword& test_password();
/// `SCRAM <proof> NONCE <nonce>[ CB <binding>]` for a challenge line (from `n1=`).
[[nodiscard]] std::string scram_response(const std::string& account, const std::string& device,
                                         const std::string& challenge, const std::string& binding);
/// 32 octets, as tls-exporter gives.
[[nodiscard]] Bytes test_exporter();

class Stage {
  public:
    Stage(ListenerKind kind, SessionLimits limits);

    void start();
    /// As the driver does: as long as the session wants input.
    void receive(std::string_view octets);
    void establish_tls(bool with_exporter);
    /// Greeting, TLS and a real login; what was sent so far is forgotten.
    void log_in(const std::string& device);
    void answer(std::size_t question, Answer answer);
    void idle() { carry_out(session_->idle()); }
    void shut_down() { carry_out(session_->shut_down()); }

    std::string sent;                          ///< since it was last taken away
    std::vector<std::string> events;           ///< asks, tls, drop, close: likewise
    std::map<std::string, std::string> parts;  ///< "1.0": octets
    std::deque<Answer> prepared;               ///< given to questions as they come
    std::size_t piece_bytes = 65'536;          ///< of sources
    bool drains = true;                        ///< the client takes what is sent
    bool pulls = true;                         ///< sources answer
    std::size_t unread = 0;                    ///< octets that the session did not want
    Session& session() { return *session_; }
    void settle();

  private:
    void carry_out(Actions actions);
    void carry_out(Action& action);

    ListenerKind kind_;
    std::unique_ptr<Session> session_;
    std::deque<Ticket> questions_;
    std::deque<Pull> pulls_;
    std::string waiting_;
    bool owes_drained_ = false;
};

/// One line: what is asked for.
[[nodiscard]] std::string describe(const Request& request);

}  // namespace immp::bridge::test
