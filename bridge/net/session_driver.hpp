// A session machine joined to its node: what the actions Ask, Pull, PartOctets, DropPart and DropDelivery
// need, whatever carries the octets. Connection drives one over TLS, component/user_session one over XMPP.
// Everything on the I/O thread.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "bridge/session/host.hpp"
#include "bridge/session/session.hpp"

namespace immp::bridge {

class SessionDriver : public std::enable_shared_from_this<SessionDriver> {
  public:
    /// When what an answer brought is to be carried out. `soon`: in the loop's next turn, so that what many
    /// answers of one commit say leaves together.
    enum class Wake { now, soon };

    SessionDriver(ListenerKind kind, SessionServices services, std::unique_ptr<SessionHost> host);

    /// Before anything else. `wake` is called when there is something to do without the client.
    void begin(std::function<void(Wake)> wake);
    [[nodiscard]] Session& session() { return session_; }
    [[nodiscard]] const Session& session() const { return session_; }

    /// Actions of the session, behind those that wait; after close() they are thrown away.
    void add(Actions actions);
    [[nodiscard]] bool has_pending() const { return !pending_.empty(); }
    /// Carries out the first action that waits; one for whoever carries the octets (Send, StartTls, Close) is
    /// returned.
    [[nodiscard]] std::optional<Action> next();

    /// Asks and Pulls without their answer.
    [[nodiscard]] std::size_t unanswered() const { return unanswered_; }
    /// Nothing more is to be read from the client until `wake`.
    [[nodiscard]] bool congested() const { return host_->congested(); }
    /// The session's end: nothing waits any more, and answers to come are thrown away.
    void close();

  private:
    void carry_out(Ask question);
    void carry_out(Pull wanted);

    std::unique_ptr<SessionHost> host_;
    Session session_;
    std::function<void(Wake)> wake_;
    std::deque<Action> pending_;
    std::size_t unanswered_ = 0;
};

}  // namespace immp::bridge
