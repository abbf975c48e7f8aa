// What the driver of a session (bridge/net) needs of the node: the other end of the actions Ask, PartOctets,
// DropPart, DropDelivery and Pull. Pure interface; the node implements it, tests play it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "bridge/session/action.hpp"

namespace immp::bridge {

/// One object a session, owned by its connection. Everything happens on the I/O thread: these calls, and the
/// callbacks given with them.
///
/// A callback is called exactly once, also on failure; it may be called before the function that took it
/// returns. It may outlive the connection (then it does nothing), so the node never has to take one back.
/// Destroying the object ends the session: its open deliveries are dropped, but a Submit already asked is
/// carried out.
class SessionHost {
  public:
    using AnswerDone = std::move_only_function<void(Answer)>;
    using PullDone = std::move_only_function<void(Result<std::string>)>;

    virtual ~SessionHost() = default;

    virtual void ask(Request request, AnswerDone done) = 0;
    virtual void part_octets(PartOctets octets) = 0;
    virtual void drop_part(DropPart part) = 0;
    virtual void drop_delivery(DeliveryId delivery) = 0;
    /// The next piece of the source, 64 KiB or so; an empty string is its end. At most one pull of a source
    /// is open at a time.
    virtual void pull(BodySourcePtr source, PullDone done) = 0;

    /// True while more octets from this client would stand in memory, waiting for the disk: the connection
    /// reads nothing more until `on_uncongested`'s function is called.
    [[nodiscard]] virtual bool congested() const = 0;
    /// Given once, before anything is asked; called each time congested() turns false again.
    virtual void on_uncongested(std::function<void()> resume) = 0;
    /// Given once, before anything is asked; called, perhaps more than once, when what let the session in
    /// (RecordLogin, AdmitUser) is gone. `ended` does not destroy the object before it returns.
    virtual void on_login_ended(std::function<void(Error)> ended) = 0;
};

/// Where a session comes from, for limits by origin and for the log.
struct SessionOrigin {
    std::string address;  ///< numeric IPv4 or IPv6, without port; through XMPP the account
};

/// Called on the I/O thread for each accepted connection, before its greeting. Never null.
using SessionHostFactory = std::function<std::unique_ptr<SessionHost>(const SessionOrigin& origin)>;

}  // namespace immp::bridge
