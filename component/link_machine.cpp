#include "component/link_machine.hpp"

#include <utility>

#include "armor/digest.hpp"
#include "armor/hex.hpp"
#include "component/stanza_error.hpp"
#include "component/vocabulary.hpp"
#include "component/xml_writer.hpp"

namespace immp::component {
namespace {

using bridge::LogLevel;

// XEP-0114, 3: SHA-1 in lower-case hex over stream id and secret.
std::string handshake(std::string_view stream_id, const armor::SecretText& secret) {
    const armor::SecretText text(std::string(stream_id) + std::string(secret.view()));
    return element("handshake", {}, armor::encode_hex(armor::sha1(as_bytes(text.view()))));
}

std::string printable(std::string_view text) {
    std::string out(text);
    for (auto& octet : out)
        if (static_cast<unsigned char>(octet) < 0x20 || octet == 0x7f) octet = '?';
    return out;
}

std::string in_seconds(std::chrono::milliseconds pause) {
    const auto tenths = (pause.count() + 99) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

LinkMachine::LinkMachine(LinkIdentity identity, const LinkPolicy& policy, std::function<double()> chance,
                         std::function<std::string()> fresh_id)
    : identity_(std::move(identity)),
      policy_(policy),
      chance_(std::move(chance)),
      fresh_id_(std::move(fresh_id)) {}

void LinkMachine::enter(LinkPhase phase, Time deadline) {
    phase_ = phase;
    deadline_ = deadline;
}

LinkActions LinkMachine::start(Time now) {
    if (phase_ != LinkPhase::offline) return {};
    enter(LinkPhase::connecting, now + policy_.connect);
    return {OpenSocket{}};
}

LinkActions LinkMachine::stop() {
    const auto before = std::exchange(phase_, LinkPhase::offline);
    deadline_.reset();
    LinkActions actions;
    if (before == LinkPhase::online)
        actions.push_back(WentDown{Error{703, "shutting down", {}, std::chrono::seconds(60)}});
    if (before != LinkPhase::offline && before != LinkPhase::waiting)
        actions.push_back(
            CloseSocket{before == LinkPhase::connecting ? std::string() : std::string(kStreamEnd)});
    return actions;
}

LinkActions LinkMachine::connected(Time now) {
    if (phase_ != LinkPhase::connecting) return {};
    enter(LinkPhase::opening, now + policy_.header);
    return {WriteText{stream_header(identity_.jid)}};
}

LinkActions LinkMachine::lost(std::string_view why, Time now) {
    if (phase_ == LinkPhase::offline || phase_ == LinkPhase::waiting) return {};
    const bool never = phase_ == LinkPhase::connecting;
    const std::string what = never ? "cannot connect to the XMPP server at " : "lost the XMPP server at ";
    return fail_with(
        {what + identity_.server + ": " + std::string(why) +
         (never ? "; is it running, and is [component] address and port its component port?" : "")},
        now);
}

void LinkMachine::heard(Time now) {
    heard_at_ = now;
    // An octet is as good as the pong: the answer may stand behind a large stanza.
    if (phase_ != LinkPhase::online) return;
    pinged_at_ = {};
    deadline_ = now + policy_.idle;
}

LinkActions LinkMachine::received(StreamEvent event, Time now) {
    if (phase_ == LinkPhase::offline || phase_ == LinkPhase::waiting) return {};
    return std::visit([&](auto& value) { return on(std::move(value), now); }, event);
}

LinkActions LinkMachine::tick(Time now) {
    if (!deadline_ || now < *deadline_) return {};
    switch (phase_) {
        case LinkPhase::offline: return {};
        case LinkPhase::waiting: enter(LinkPhase::connecting, now + policy_.connect); return {OpenSocket{}};
        case LinkPhase::connecting: return lost("no answer", now);
        case LinkPhase::opening:
            return fail_with({identity_.server + " sent no stream header; is it an XMPP component port?"},
                             now);
        case LinkPhase::handshaking:
            return fail_with({identity_.server + " did not answer the handshake"}, now);
        case LinkPhase::online: return keep_alive(now);
    }
    return {};
}

LinkActions LinkMachine::keep_alive(Time now) {
    if (pinged_at_ != Time{})
        return fail_with({"lost the XMPP server at " + identity_.server + ": it has stopped answering"}, now);
    pinged_at_ = now;
    ping_id_ = fresh_id_();
    deadline_ = now + policy_.pong;
    return {WriteText{
        iq({"get", ping_id_, identity_.jid, identity_.domain}, element("ping", {{"xmlns", kPingNs}}))}};
}

LinkActions LinkMachine::fail_with(Trouble trouble, Time now) {
    const bool was_up = phase_ == LinkPhase::online;
    if (was_up && now - up_since_ >= policy_.steady) failures_ = 0;
    ++failures_;
    const bool slow = trouble.pace == Pace::slowest;
    const auto pause = slow ? policy_.backoff.longest : pause_after(failures_, chance_(), policy_.backoff);
    enter(LinkPhase::waiting, now + pause);
    trouble_ = printable(trouble.text);
    LinkActions actions{CloseSocket{std::move(trouble.farewell)}};
    if (was_up) actions.push_back(WentDown{Error{704, "XMPP link down", trouble_, std::chrono::seconds(5)}});
    actions.push_back(Tell{slow ? LogLevel::error : LogLevel::warning,
                           "link: " + trouble_ + "; next try in " + in_seconds(pause)});
    return actions;
}

LinkActions LinkMachine::on(StreamOpened opened, Time now) {
    if (phase_ != LinkPhase::opening) return {};
    if (opened.id.empty()) return fail_with({identity_.server + " sent a stream header without id"}, now);
    enter(LinkPhase::handshaking, now + policy_.handshake);
    return {WriteText{handshake(opened.id, identity_.secret)}};
}

LinkActions LinkMachine::go_up(Time now) {
    enter(LinkPhase::online, now + policy_.idle);
    up_since_ = now;
    pinged_at_ = {};
    ping_id_.clear();
    trouble_.clear();
    return {Tell{LogLevel::info, "link: online as " + identity_.jid + " at " + identity_.server}, WentUp{}};
}

bool LinkMachine::is_pong(const Stanza& stanza) const {
    return !ping_id_.empty() && stanza.head.id == ping_id_ && stanza.head.from == identity_.domain;
}

LinkActions LinkMachine::on(Stanza stanza, Time now) {
    if (stanza.head.name == StanzaName::stream_error) return fail_with(explain(stanza), now);
    if (phase_ == LinkPhase::handshaking && stanza.head.name == StanzaName::handshake) return go_up(now);
    if (phase_ != LinkPhase::online)
        return fail_with({identity_.server + " sent a stanza before the handshake was done"}, now);
    if (is_pong(stanza)) return {};
    return {Deliver{std::move(stanza)}};
}

LinkActions LinkMachine::on(StanzaSkipped skipped, Time now) {
    if (phase_ != LinkPhase::online)
        return fail_with({identity_.server + " sent a stanza before the handshake was done"}, now);
    return {Tell{LogLevel::warning, "link: a stanza was thrown away: " + skipped.detail},
            Deliver{std::move(skipped)}};
}

LinkActions LinkMachine::on(StreamEnded, Time now) {
    return fail_with({identity_.server + " closed the stream", Pace::normal, std::string(kStreamEnd)}, now);
}

LinkActions LinkMachine::on(StreamBroken broken, Time now) {
    return fail_with({identity_.server + " sent what is not XMPP: " + broken.detail, Pace::normal,
                      stream_error("not-well-formed")},
                     now);
}

LinkMachine::Trouble LinkMachine::explain(const Stanza& stream_error) const {
    const auto condition = condition_of(stream_error);
    const auto& jid = identity_.jid;
    if (condition == "not-authorized")
        return {
            "the XMPP server refused the component secret (not-authorized): [component] secret must equal "
            "component_secret below Component \"" +
                jid + "\" in Prosody, or the password of " + jid +
                " below hosts in ejabberd's ejabberd_service listener",
            Pace::slowest, std::string(kStreamEnd)};
    if (condition == "host-unknown")
        return {"the XMPP server does not know " + jid + " (host-unknown): add Component \"" + jid +
                    "\" to Prosody, or " + jid + " to hosts of ejabberd's ejabberd_service listener",
                Pace::slowest, std::string(kStreamEnd)};
    if (condition == "conflict")
        return {"another session of " + jid +
                    " is connected (conflict): an old one may still be dying; with "
                    "component_conflict_resolve = \"kick_old\" Prosody ends it at once",
                Pace::normal, std::string(kStreamEnd)};
    const auto* text = stream_error.find(ElementKind::error_text);
    return {"the XMPP server closed the stream: " + std::string(condition) +
                (text ? " (" + text->text + ")" : ""),
            Pace::normal, std::string(kStreamEnd)};
}

}  // namespace immp::component
