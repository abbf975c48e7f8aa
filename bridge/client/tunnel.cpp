#include "bridge/client/tunnel.hpp"

#include <algorithm>
#include <utility>

#include "armor/base64.hpp"
#include "bridge/client/display.hpp"
#include "bridge/wire/token.hpp"
#include "bridge/wire/xml_text.hpp"

namespace immp::bridge::client {

namespace {

using IqKind = TunnelIq::Kind;
using Taken = BlockStream::Taken;

constexpr std::string_view kStanzaErrorNs = "urn:ietf:params:xml:ns:xmpp-stanzas";
constexpr std::string_view kOpenId = "open";

/// What the servers and the component say when there is nobody to talk to, or nobody yet.
bool is_absence(std::string_view condition) {
    constexpr std::string_view kConditions[] = {"service-unavailable", "remote-server-not-found",
                                                "remote-server-timeout", "recipient-unavailable"};
    return std::ranges::find(kConditions, condition) != std::end(kConditions);
}

}  // namespace

Tunnel::Tunnel(std::string peer, std::string name, Time now)
    : peer_(std::move(peer)),
      name_(std::move(name)),
      tag_(name_),
      heard_at_(now),
      probed_at_(now),
      asked_at_(now) {
    ask_to_open();
}

void Tunnel::ask_to_open(std::string_view resume) {
    send("set", tag_ + std::string(kOpenId),
         element("open",
                 {{"xmlns", kIbbNs},
                  {"block-size", std::to_string(block_bytes_)},
                  {"sid", name_},
                  {"stanza", "iq"}},
                 resume));
}

void Tunnel::lose(Failure trouble) {
    if (state_ == State::opening) return end(std::move(trouble));
    if (state_ != State::open && state_ != State::resuming) return;
    state_ = State::lost;
    trouble_ = std::move(trouble);
    stanzas_.clear();
    stream_.interrupt();
}

void Tunnel::resume(Time now) {
    if (state_ != State::lost) return;
    state_ = State::resuming;
    asked_at_ = now;
    has_moved_ = false;
    tag_ = name_ + std::to_string(++paths_) + ".";
    ask_to_open(element("resume", {{"xmlns", kImmpNs}, {"seq", std::to_string(stream_.forget_unread())}}));
}

std::optional<Tunnel::Time> Tunnel::waits_since() const {
    const bool waits = state_ == State::opening || state_ == State::resuming;
    const auto since = waits ? std::optional(asked_at_) : stream_.waits_since();
    if (!since) return std::nullopt;
    return std::max(*since, heard_at_);
}

void Tunnel::send(std::string_view type, std::string_view id, std::string_view payload) {
    stanzas_.push_back(element("iq", {{"type", type}, {"id", id}, {"to", peer_}}, payload));
}

void Tunnel::send_error(const TunnelIq& iq, std::string_view type, std::string_view condition) {
    stanzas_.push_back(
        element("iq", {{"type", "error"}, {"id", iq.id}, {"to", iq.from}},
                element("error", {{"type", type}}, element(condition, {{"xmlns", kStanzaErrorNs}}))));
}

void Tunnel::end(Failure trouble) {
    if (state_ == State::closed) return;
    state_ = State::closed;
    trouble_ = std::move(trouble);
}

void Tunnel::close() {
    if (state_ == State::open)
        send("set", tag_ + "close", element("close", {{"xmlns", kIbbNs}, {"sid", name_}}));
    end({ExitStatus::temporary, "the session was ended here", 0});
}

void Tunnel::heard(TunnelIq iq, Time now) {
    const bool is_answer = iq.kind == IqKind::result || iq.kind == IqKind::error;
    if (iq.from != peer_) {
        // Nobody else has business here; RFC 6120, 8.2.3 wants an answer to each request.
        if (!is_answer) send_error(iq, "cancel", "service-unavailable");
        return;
    }
    heard_at_ = now;
    if (is_answer) return answered(iq, now);
    if (iq.kind == IqKind::other) return send_error(iq, "cancel", "service-unavailable");
    if (state_ == State::lost || state_ == State::resuming)
        return send_error(iq, "wait", "recipient-unavailable");
    if (state_ != State::open || iq.sid != name_) return send_error(iq, "cancel", "item-not-found");
    if (iq.kind == IqKind::data) return take(iq);
    send("result", iq.id);
    end({ExitStatus::temporary, "the server ended the session; try again", 0});
}

void Tunnel::answered(const TunnelIq& iq, Time now) {
    if (!iq.id.starts_with(tag_)) return;
    const std::string_view asked = std::string_view(iq.id).substr(tag_.size());
    if (iq.kind == IqKind::error) return refused(iq);
    if (asked == kOpenId && state_ == State::resuming) return go_on(iq);
    if (asked == kOpenId && state_ == State::opening) {
        state_ = State::open;
        stream_.agree(block_bytes_);
        return;
    }
    if (const auto seq = parse_number(asked); seq && *seq <= UINT16_MAX) {
        stream_.acknowledged(static_cast<std::uint16_t>(*seq), now);
        has_moved_ = true;
    }
}

/// Where the other end is, too, after what it said.
void Tunnel::go_on(const TunnelIq& iq) {
    if (iq.seq && *iq.seq <= UINT16_MAX && stream_.resume(static_cast<std::uint16_t>(*iq.seq))) {
        state_ = State::open;
        return;
    }
    end({ExitStatus::temporary, peer_ + " cannot go on with the session; try again", 0});
}

void Tunnel::refused(const TunnelIq& iq) {
    const bool wants_less = state_ == State::opening && iq.condition == "resource-constraint" &&
                            iq.error_type == "modify" && block_bytes_ / 2 >= kLeastBlockBytes;
    if (wants_less) {
        block_bytes_ /= 2;
        return ask_to_open();
    }
    const bool comes_back =
        is_absence(iq.condition) || (state_ == State::resuming && iq.error_type == "wait");
    if (comes_back) return lose(why_refused(iq));
    end(why_refused(iq));
}

Failure Tunnel::why_refused(const TunnelIq& iq) const {
    const std::string said = iq.condition.empty() ? "an error" : one_line(iq.condition);
    if (state_ != State::opening && is_absence(iq.condition))
        return {ExitStatus::temporary, "nobody answers at " + peer_ + " (" + said + "); try again", 0};
    if (state_ != State::opening)
        return {ExitStatus::temporary, peer_ + " knows the session no more (" + said + "); try again", 0};
    if (iq.code == 403)
        return {ExitStatus::credentials,
                peer_ + " takes only users of its own domain; check the address, then: immp login", iq.code};
    if (is_absence(iq.condition) || iq.condition == "item-not-found" ||
        iq.condition == "feature-not-implemented")
        return {ExitStatus::unavailable,
                "no IMMP server answers at " + peer_ + " (" + said +
                    "); is it running, and of a version that takes sessions through XMPP?",
                0};
    return {ExitStatus::temporary, peer_ + " refuses the session (" + said + "); try again later", iq.code};
}

void Tunnel::take(TunnelIq& iq) {
    const bool has_form = iq.seq && *iq.seq <= UINT16_MAX && iq.octets;
    const Taken taken = has_form
                            ? stream_.take(static_cast<std::uint16_t>(*iq.seq), *std::move(iq.octets), iq.id)
                            : Taken::too_long;
    if (taken == Taken::yes) {
        has_moved_ = true;
        return answer_probes();
    }
    if (taken == Taken::repeated) return send("result", iq.id);
    send_error(iq, taken == Taken::out_of_order ? "cancel" : "modify",
               taken == Taken::out_of_order ? "unexpected-request"
               : taken == Taken::overrun    ? "resource-constraint"
                                            : "bad-request");
    close();
    trouble_ = {ExitStatus::temporary, "octets of the session were lost on their way; try again", 0};
}

/// A probe brings nothing to read: it is answered at once, where nothing stands before it.
void Tunnel::answer_probes() {
    if (!stream_.has_arrived() || stream_.held_bytes() > 0) return;
    static_cast<void>(take_octets());
}

std::string Tunnel::take_octets() {
    std::string octets;
    while (auto block = stream_.read()) {
        octets += block->octets;
        send("result", block->id);
    }
    return octets;
}

bool Tunnel::is_in_doubt(Time now) const {
    const auto bound = stream_.under_way() > 0 ? kTunnelDoubtsAfter : kTunnelProbeAfter;
    return state_ == State::open && now - std::max(heard_at_, probed_at_) >= bound;
}

std::vector<std::string> Tunnel::take_stanzas(Time now) {
    const auto block_stanza = [this](const BlockStream::Block& block) {
        const std::string seq = std::to_string(block.seq);
        send("set", tag_ + seq,
             element("data", {{"xmlns", kIbbNs}, {"seq", seq}, {"sid", name_}},
                     armor::encode_base64(as_bytes(block.octets))));
    };
    while (state_ == State::open) {
        const auto block = stream_.next(now);
        if (!block) break;
        block_stanza(*block);
    }
    if (is_in_doubt(now)) {
        probed_at_ = now;
        block_stanza(stream_.probe(now));
    }
    return std::exchange(stanzas_, {});
}

}  // namespace immp::bridge::client
