#include "component/diagnosis.hpp"

#include <memory>
#include <utility>

#include "component/disco.hpp"
#include "component/immp_payload.hpp"
#include "component/stanza_error.hpp"

namespace immp::component {
namespace {

Step good(const Probe& probe, std::string detail) {
    return {std::string(probe.name), Step::Outcome::ok, std::move(detail), {}};
}

Step bad(const Probe& probe, std::string detail, std::string remedy) {
    return {std::string(probe.name), Step::Outcome::failed, std::move(detail), std::move(remedy)};
}

bool is_result(const Result<Stanza>& answer) {
    return answer && answer->head.type == "result";
}

// What came instead of a result.
std::string fault(const Probe& probe, const Result<Stanza>& answer) {
    if (!answer) return probe.to + ": " + answer.error().text;
    const auto* text = answer->find(ElementKind::error_text);
    return probe.to + " answered " + std::string(condition_of(*answer)) +
           (text && !text->text.empty() ? ": " + text->text : "");
}

// Errors that our own server makes where the other one cannot be reached (RFC 6120, 8.3.3.16, 17).
enum class Reach { reached, not_found, timeout, silent };

Reach reach(const Result<Stanza>& answer) {
    if (!answer) return Reach::silent;
    const auto condition = condition_of(*answer);
    if (condition == "remote-server-not-found") return Reach::not_found;
    if (condition == "remote-server-timeout") return Reach::timeout;
    return Reach::reached;
}

Step judge_own_listing(const Probe& probe, const Walk& walk, const Result<Stanza>& answer) {
    if (!is_result(answer))
        return bad(probe, fault(probe, answer),
                   "load service discovery for " + walk.our_domain +
                       ": mod_disco in Prosody's modules_enabled, mod_disco in ejabberd's modules");
    if (!lists(*answer, walk.our_jid))
        return bad(
            probe, walk.our_domain + " does not list " + walk.our_jid,
            "name the component " + walk.our_jid +
                ", or add it to disco_items (Prosody) or to "
                "extra_domains of mod_disco (ejabberd): other domains believe only what the domain lists");
    return good(probe, walk.our_domain + " lists " + walk.our_jid);
}

Step judge_reach(const Probe& probe, const Walk& walk, const Result<Stanza>& answer) {
    switch (reach(answer)) {
        case Reach::reached: return good(probe, "the XMPP server of " + walk.peer_domain + " answers");
        case Reach::not_found:
            return bad(probe, fault(probe, answer),
                       "look up _xmpp-server._tcp." + walk.peer_domain + " and the address of " +
                           walk.peer_domain +
                           "; port 5269 must be open both ways, and both certificates must "
                           "be valid: the log of your XMPP server has the reason");
        case Reach::timeout:
            return bad(probe, fault(probe, answer),
                       "the XMPP server of " + walk.peer_domain +
                           " is found but does not answer: is it running, "
                           "and does a firewall let port 5269 through?");
        case Reach::silent: break;
    }
    return bad(probe, fault(probe, answer),
               "the two XMPP servers do not finish connecting: the log of your XMPP server has the reason");
}

Step judge_listing(const Probe& probe, const Walk& walk, const Result<Stanza>& answer) {
    if (walk.rule == Walk::PeerJid::overridden)
        return good(probe, walk.peer_jid + " speaks for " + walk.peer_domain +
                               " by [component] peers in our configuration");
    if (!is_result(answer))
        return bad(probe, fault(probe, answer),
                   "the administrator of " + walk.peer_domain + " must load service discovery (mod_disco)");
    if (!lists(*answer, walk.peer_jid))
        return bad(probe, walk.peer_domain + " does not list " + walk.peer_jid,
                   walk.peer_domain +
                       " has no IMMP component of that name, or it is not connected (ejabberd lists it only "
                       "then): ask its administrator, or name another JID for it in [component] peers");
    return good(probe, walk.peer_domain + " lists " + walk.peer_jid);
}

Step judge_component(const Probe& probe, const Walk& walk, const Result<Stanza>& answer) {
    if (is_result(answer)) {
        if (speaks_immp(*answer)) return good(probe, walk.peer_jid + " speaks urn:immp:1");
        return bad(probe, walk.peer_jid + " does not have the feature urn:immp:1",
                   "another program answers there: its administrator must attach an immpd");
    }
    if (reach(answer) == Reach::not_found)
        return bad(
            probe, fault(probe, answer),
            walk.peer_jid +
                " is not found: it needs a DNS record of its own, SRV _xmpp-server._tcp or an address, and "
                "an immpd that is connected");
    return bad(probe, fault(probe, answer),
               "the immpd of " + walk.peer_domain +
                   " is not connected to its XMPP server: its administrator "
                   "will find the reason in its log");
}

Step judge_key(const Probe& probe, const Walk& walk, const Result<Stanza>& answer) {
    const auto records = answer ? read_key_answer(*answer) : std::unexpected(answer.error());
    if (records) return good(probe, walk.peer_jid + " gave its key record");
    return bad(probe, fault(probe, answer),
               "the immpd of " + walk.peer_domain + " gives no key: it must serve " + walk.peer_domain);
}

// Shared by the callbacks of one walk.
struct Course {
    Asker& asker;
    Walk walk;
    std::vector<Probe> probes;
    std::size_t next = 0;
    Steps taken;
    std::move_only_function<void(Steps)> done;
    bool is_asked_again = false;
};

/// A peer whose stream has just come up ends what it was asked before (docs/xmpp.md, Online): the same
/// question, asked then, has its answer.
bool is_cut_off(const Result<Stanza>& answer) {
    return !answer && answer.error().code == 704;
}

void go_on(const std::shared_ptr<Course>& course) {
    const bool failed = !course->taken.empty() && course->taken.back().outcome == Step::Outcome::failed;
    if (failed || course->next == course->probes.size()) return course->done(std::move(course->taken));
    const auto& probe = course->probes[course->next];
    course->asker.ask({.to = probe.to, .payload = probe.payload}, [course](Result<Stanza> answer) {
        if (is_cut_off(answer) && !std::exchange(course->is_asked_again, true)) return go_on(course);
        course->is_asked_again = false;
        const auto& asked = course->probes[course->next++];
        course->taken.push_back(asked.judge(asked, course->walk, answer));
        go_on(course);
    });
}

}  // namespace

Step handshake_step(const Walk& walk, std::string_view trouble) {
    const std::string name = "handshake";
    if (trouble.empty())
        return {name, Step::Outcome::ok, walk.our_jid + " is attached to " + walk.server, {}};
    return {name, Step::Outcome::failed, std::string(trouble),
            "check [component] address, port, jid and secret against the XMPP server's configuration"};
}

std::vector<Probe> probes(const Walk& walk) {
    return {
        {"own listing", walk.our_domain, items_query(), judge_own_listing},
        {"DNS and s2s", walk.peer_domain, info_query(), judge_reach},
        {"peer's listing", walk.peer_domain, items_query(), judge_listing},
        {"peer's component", walk.peer_jid, info_query(), judge_component},
        {"peer's key", walk.peer_jid, key_question(walk.peer_domain, bridge::PeerLink::History::last),
         judge_key},
    };
}

void take_walk(Asker& asker, Walk walk, Steps taken, std::move_only_function<void(Steps)> done) {
    auto questions = probes(walk);
    go_on(std::make_shared<Course>(asker, std::move(walk), std::move(questions), 0, std::move(taken),
                                   std::move(done), false));
}

}  // namespace immp::component
