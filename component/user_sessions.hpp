// The sessions of our own domain's users: who may open one, and to which each stanza belongs (docs/xmpp.md,
// Users). The XMPP server stamps `from`, so the address is the user; nothing else is asked here.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bridge/net/admission.hpp"
#include "component/user_session.hpp"

namespace immp::component {

inline constexpr std::size_t kUserSessions = 2'000;         ///< in all; more is 705
inline constexpr std::size_t kUserSessionsPerAccount = 16;  ///< more is 429

/// What a session needs that the listener's have too. Without `hosts` there are none.
struct UserAccess {
    bridge::SessionServices session;
    bridge::SessionHostFactory hosts;
};

class UserSessions : public std::enable_shared_from_this<UserSessions> {
  public:
    /// Outlet, asker and world outlive it. `our_jid` is the component's, `access.session.domain` the users'
    /// domain.
    UserSessions(std::string our_jid, UserAccess access, Outlet& outlet, Asker& asker, World& world);

    /// Whether this stanza is for take().
    [[nodiscard]] bool concerns(const Stanza& stanza) const;
    void take(Stanza stanza);
    /// To be called every second or so while there are any.
    void tick();
    /// Our stream is down: all of them are detached.
    void down();
    /// Ends all of them at once; nobody can be told.
    void stop();
    /// The daemon ends: each is told 703, and no other begins. `done` is called when all are gone, by force
    /// after `patience`; not before this returns.
    void shut_down(std::chrono::milliseconds patience, std::move_only_function<void()> done);
    [[nodiscard]] std::size_t size() const { return sessions_.size(); }

  private:
    using Key = std::pair<std::string, std::string>;  // full JID, sid
    using Sessions = std::vector<std::shared_ptr<UserSession>>;

    void open(const StanzaHead& head, const Stanza& stanza);
    void begin(const StanzaHead& head, IbbOpen opened);
    /// A seat, for which the session gives way that is detached longest.
    [[nodiscard]] bridge::Admission::Verdict admit(const std::string& account);
    [[nodiscard]] Sessions sessions_of(const std::string& account) const;
    [[nodiscard]] Sessions all() const;
    void take_block(const StanzaHead& head, Stanza stanza);
    void close(const StanzaHead& head, const Stanza& stanza);
    void forget(const Key& key);
    [[nodiscard]] std::shared_ptr<UserSession> find(const StanzaHead& head, const std::string& sid);
    /// `local@domain` of an address that is a user's own client; nothing for any other.
    [[nodiscard]] std::optional<std::string> account_of(std::string_view from) const;
    void reply(std::string_view type, const StanzaHead& request, std::string_view payload = {});
    void refuse(const StanzaHead& request, const Error& error);

    std::string our_jid_;
    UserAccess access_;
    Outlet& outlet_;
    Asker& asker_;
    World& world_;
    bridge::Admission admission_{{kUserSessions, kUserSessionsPerAccount}};
    std::map<Key, std::shared_ptr<UserSession>> sessions_;
    std::optional<Time> ends_at_;  // it shuts down
    std::move_only_function<void()> ended_;
};

}  // namespace immp::component
