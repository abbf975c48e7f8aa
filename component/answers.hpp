// What others ask of us, answered: discovery, ping, and the requests of urn:immp:1, which go to the bridge
// once the sender has been proved to speak for its domain (decisions, 7). One table says what we answer;
// everything else is service-unavailable. Messages, presence and errors get no answer.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "bridge/peer_link.hpp"
#include "component/discovery.hpp"
#include "component/outlet.hpp"
#include "component/ration.hpp"
#include "component/stanza.hpp"

namespace immp::component {

/// Requests of peers that are not answered yet, all together; more is 705 (resource-constraint), after which
/// a peer sends less at once.
inline constexpr std::size_t kMaxHeldRequests = 256;
inline constexpr std::size_t kMaxHeldBytes = 16 * 1'024 * 1'024;
/// on_peer_seen() is called this often for a domain at most.
inline constexpr std::chrono::seconds kSeenEvery{1};

class Answers : public std::enable_shared_from_this<Answers> {
  public:
    /// All outlive it, but for the replies that the handler still owes: those are dropped.
    Answers(std::string our_jid, Outlet& outlet, World& world, Asker& asker, Discovery& discovery,
            bridge::PeerHandler& handler);

    /// An iq of type `get` or `set`, a message or presence.
    void take(Stanza stanza);
    void take(const StanzaSkipped& skipped);

  private:
    struct Row;
    static const Row kRows[];

    void answer_info(Stanza request);
    void answer_items(Stanza request);
    void answer_ping(Stanza request);
    void take_piece(Stanza request);
    void take_bundle_question(Stanza request);
    void take_key_question(Stanza request);
    void take_receipt(Stanza request);
    void take_online(Stanza request);
    void take_cookie_question(Stanza request);

    void dispatch(Stanza request);
    using Proved = std::move_only_function<void(Result<std::string> origin)>;
    void prove(const StanzaHead& head, Proved done);
    void note_seen(const std::string& origin);
    void answer_piece(const StanzaHead& request, std::string_view id, std::uint64_t end,
                      const Result<bridge::BundleStatus>& status);

    /// A request that we have yet to answer: where to, and its share of what may be held.
    struct Owed {
        std::weak_ptr<Answers> answers;
        StanzaHead head;
        std::optional<Ration::Share> share;
        /// Gives the share back. Null: the answer comes too late.
        [[nodiscard]] std::shared_ptr<Answers> settle();
    };
    /// nullopt: too much is held, and the request was refused.
    [[nodiscard]] std::optional<Owed> hold(const StanzaHead& head, std::size_t bytes);

    /// Answers with an empty result, or the refusal.
    [[nodiscard]] static bridge::Callback<void> acknowledging(Owed owed);

    void result(const StanzaHead& request, std::string_view payload);
    void refuse(const StanzaHead& request, const Error& error, std::string_view extra = {});
    void reply(std::string_view type, const StanzaHead& request, std::string_view payload);

    std::string our_jid_;
    Outlet& outlet_;
    World& world_;
    Asker& asker_;
    Discovery& discovery_;
    bridge::PeerHandler& handler_;
    Ration ration_{kMaxHeldRequests, kMaxHeldBytes};
    std::map<std::string, Time> seen_;
};

}  // namespace immp::component
