#include "component/user_sessions.hpp"

#include "bridge/wire/codes.hpp"
#include "bridge/wire/imid.hpp"
#include "component/jid.hpp"
#include "component/stanza_error.hpp"
#include "component/xml_writer.hpp"

namespace immp::component {
namespace {

std::shared_ptr<UserSession> detached_longest(const std::vector<std::shared_ptr<UserSession>>& sessions) {
    std::shared_ptr<UserSession> longest;
    for (const auto& session : sessions) {
        const auto since = session->detached_since();
        if (since && (!longest || *since < *longest->detached_since())) longest = session;
    }
    return longest;
}

}  // namespace

UserSessions::UserSessions(std::string our_jid, UserAccess access, Outlet& outlet, Asker& asker, World& world)
    : our_jid_(std::move(our_jid)),
      access_(std::move(access)),
      outlet_(outlet),
      asker_(asker),
      world_(world) {}

bool UserSessions::concerns(const Stanza& stanza) const {
    const StanzaHead& head = stanza.head;
    return access_.hosts && head.name == StanzaName::iq && head.type == "set" && !head.id.empty() &&
           head.to == our_jid_ && is_ibb(stanza);
}

std::optional<std::string> UserSessions::account_of(std::string_view from) const {
    const JidParts parts = split_jid(from);
    if (parts.local.empty() || parts.resource.empty() || parts.domain != access_.session.domain)
        return std::nullopt;
    std::string bare = std::string(parts.local) + "@" + std::string(parts.domain);
    const auto imid = bridge::parse_imid(bare);
    if (!imid || imid->text() != bare || imid->account() != bare) return std::nullopt;
    return bare;
}

void UserSessions::take(Stanza stanza) {
    const StanzaHead head = stanza.head;
    if (!account_of(head.from))
        return refuse(head, Error{403, "this address is no user of " + access_.session.domain, {}, {}});
    switch (stanza.elements.front().kind) {
        case ElementKind::ibb_open: return open(head, stanza);
        case ElementKind::ibb_data: return take_block(head, std::move(stanza));
        default: return close(head, stanza);
    }
}

void UserSessions::open(const StanzaHead& head, const Stanza& stanza) {
    auto opened = read_ibb_open(stanza);
    if (!opened && opened.error().code == 413)  // XEP-0047, 2.1
        return reply("error", head, plain_error_payload("modify", "resource-constraint"));
    if (!opened) return refuse(head, opened.error());
    if (!opened->resume) return begin(head, *std::move(opened));
    if (const auto session = find(head, opened->sid)) session->resume(head.id, *opened);
}

void UserSessions::begin(const StanzaHead& head, IbbOpen opened) {
    const Key key{head.from, opened.sid};
    if (sessions_.contains(key)) return reply("error", head, plain_error_payload("cancel", "not-acceptable"));
    if (ends_at_) return refuse(head, bridge::refusal(703));
    const std::string account = *account_of(head.from);
    auto [verdict, seat] = admit(account);
    if (verdict != bridge::Admitted::yes)
        return refuse(head,
                      verdict == bridge::Admitted::server_full
                          ? bridge::refusal(verdict)
                          : Error{429, "Too many sessions of this account", {}, std::chrono::seconds(60)});
    reply("result", head);
    auto driver = std::make_shared<bridge::SessionDriver>(bridge::ListenerKind::xmpp, access_.session,
                                                          access_.hosts({account}));
    const auto session = std::make_shared<UserSession>(
        UserSession::Setup{our_jid_, head.from, account, std::move(opened), std::move(driver),
                           [weak = weak_from_this(), key, taken = std::move(seat)]() mutable {
                               taken.reset();
                               if (const auto self = weak.lock()) self->forget(key);
                           }},
        outlet_, asker_, world_);
    sessions_.emplace(key, session);
    session->start();
}

bridge::Admission::Verdict UserSessions::admit(const std::string& account) {
    auto seat = admission_.admit(account);
    if (seat.admitted == bridge::Admitted::yes) return seat;
    const Sessions own = sessions_of(account);
    auto longest = detached_longest(own);
    // Another's is no help to an account that is full itself.
    if (!longest && own.size() < kUserSessionsPerAccount) longest = detached_longest(all());
    if (longest) {
        longest->drop("another was opened, and it was detached longest");
        return admission_.admit(account);
    }
    // Clients that were killed are missed only after a while; who is refused now shall find a seat soon.
    for (const auto& session : own)
        session->probe();
    return seat;
}

UserSessions::Sessions UserSessions::sessions_of(const std::string& account) const {
    const std::string begin = account + "/";
    Sessions own;
    for (auto at = sessions_.lower_bound({begin, {}}); at != sessions_.end(); ++at) {
        if (!at->first.first.starts_with(begin)) break;
        own.push_back(at->second);
    }
    return own;
}

UserSessions::Sessions UserSessions::all() const {
    Sessions sessions;
    for (const auto& [key, session] : sessions_)
        sessions.push_back(session);
    return sessions;
}

std::shared_ptr<UserSession> UserSessions::find(const StanzaHead& head, const std::string& sid) {
    const auto found = sessions_.find({head.from, sid});
    if (found != sessions_.end()) return found->second;
    reply("error", head, plain_error_payload("cancel", "item-not-found"));
    return nullptr;
}

void UserSessions::take_block(const StanzaHead& head, Stanza stanza) {
    auto block = read_ibb_data(std::move(stanza));
    if (!block) return refuse(head, block.error());
    if (const auto session = find(head, block->sid)) session->take(head.id, *std::move(block));
}

void UserSessions::close(const StanzaHead& head, const Stanza& stanza) {
    const auto sid = read_ibb_close(stanza);
    if (!sid) return refuse(head, sid.error());
    const auto session = find(head, *sid);
    if (!session) return;
    reply("result", head);
    session->drop("its client closed it");
}

void UserSessions::forget(const Key& key) {
    sessions_.erase(key);
    if (sessions_.empty() && ended_) world_.defer(std::exchange(ended_, nullptr));
}

void UserSessions::tick() {
    if (ends_at_ && world_.now() >= *ends_at_) return stop();
    for (const auto& session : all())  // what ends takes itself out of the map
        session->tick();
}

void UserSessions::down() {
    for (const auto& session : all())
        session->detach("our link to the XMPP server is down");
}

void UserSessions::stop() {
    for (const auto& session : all())
        session->drop("we end");
}

void UserSessions::shut_down(std::chrono::milliseconds patience, std::move_only_function<void()> done) {
    ends_at_ = world_.now() + patience;
    if (sessions_.empty()) return world_.defer(std::move(done));
    ended_ = std::move(done);
    for (const auto& session : all())
        session->shut_down();
}

void UserSessions::reply(std::string_view type, const StanzaHead& request, std::string_view payload) {
    outlet_.send(iq({type, request.id, our_jid_, request.from}, payload), Lane::urgent);
}

void UserSessions::refuse(const StanzaHead& request, const Error& error) {
    world_.log(bridge::LogLevel::debug, "link: refused a session of a user of " +
                                            std::string(split_jid(request.from).domain) + ": " +
                                            std::to_string(error.code) + " " + error.text);
    reply("error", request, error_payload(error));
}

}  // namespace immp::component
