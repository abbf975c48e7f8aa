#include "component/answers.hpp"

#include <algorithm>
#include <utility>

#include "component/disco.hpp"
#include "component/immp_payload.hpp"
#include "component/jid.hpp"
#include "component/stanza_error.hpp"
#include "component/xml_writer.hpp"

namespace immp::component {
namespace {

using namespace std::chrono_literals;
using bridge::BundleStatus;

constexpr std::size_t kMaxSeen = 10'000;

bool asks(const StanzaHead& head) {
    return head.name == StanzaName::iq && (head.type == "get" || head.type == "set") && !head.id.empty() &&
           !head.from.empty();
}

// How a request is answered that has nothing to do with IMMP: RFC 6120, 8.3.3.
struct PlainError {
    std::string_view type;
    std::string_view condition;
};
constexpr PlainError kUnknown{"cancel", "service-unavailable"};
constexpr PlainError kNoNode{"cancel", "item-not-found"};
constexpr PlainError kBadRequest{"modify", "bad-request"};
constexpr PlainError kTooLarge{"modify", "policy-violation"};

std::string payload_of(const PlainError& error) {
    return plain_error_payload(error.type, error.condition);
}

}  // namespace

struct Answers::Row {
    ElementKind kind;
    std::string_view type;
    void (Answers::*handle)(Stanza);
};

const Answers::Row Answers::kRows[] = {
    {ElementKind::disco_info, "get", &Answers::answer_info},
    {ElementKind::disco_items, "get", &Answers::answer_items},
    {ElementKind::ping, "get", &Answers::answer_ping},
    {ElementKind::bundle, "set", &Answers::take_piece},
    {ElementKind::bundle, "get", &Answers::take_bundle_question},
    {ElementKind::key, "get", &Answers::take_key_question},
    {ElementKind::receipt, "set", &Answers::take_receipt},
    {ElementKind::cookie, "get", &Answers::take_cookie_question},
    {ElementKind::online, "set", &Answers::take_online},
};

Answers::Answers(std::string our_jid, Outlet& outlet, World& world, Asker& asker, Discovery& discovery,
                 bridge::PeerHandler& handler)
    : our_jid_(std::move(our_jid)),
      outlet_(outlet),
      world_(world),
      asker_(asker),
      discovery_(discovery),
      handler_(handler) {}

void Answers::take(Stanza stanza) {
    if (!asks(stanza.head)) return;
    // The server routes only what is for us; an answer must come from the address that was asked.
    if (split_jid(stanza.head.to).domain != our_jid_) return;
    dispatch(std::move(stanza));
}

void Answers::take(const StanzaSkipped& skipped) {
    if (!asks(skipped.head) || split_jid(skipped.head.to).domain != our_jid_) return;
    const bool large = skipped.cause == StanzaSkipped::Cause::over_bound;
    reply("error", skipped.head, payload_of(large ? kTooLarge : kBadRequest));
}

void Answers::dispatch(Stanza request) {
    const auto& head = request.head;
    if (request.elements.empty()) return reply("error", head, payload_of(kBadRequest));
    const auto* row = std::ranges::find_if(kRows, [&](const Row& candidate) {
        return candidate.kind == request.elements.front().kind && candidate.type == head.type;
    });
    if (row == std::end(kRows) || head.to != our_jid_) return reply("error", head, payload_of(kUnknown));
    (this->*row->handle)(std::move(request));
}

void Answers::answer_info(Stanza request) {
    if (request.elements.front().get("node")) return reply("error", request.head, payload_of(kNoNode));
    result(request.head, info_answer());
}

void Answers::answer_items(Stanza request) {
    if (request.elements.front().get("node")) return reply("error", request.head, payload_of(kNoNode));
    result(request.head, items_answer());
}

void Answers::answer_ping(Stanza request) {
    result(request.head, {});
}

std::shared_ptr<Answers> Answers::Owed::settle() {
    share.reset();
    return answers.lock();
}

std::optional<Answers::Owed> Answers::hold(const StanzaHead& head, std::size_t bytes) {
    auto share = ration_.take(bytes);
    if (share) return Owed{weak_from_this(), head, std::move(share)};
    refuse(head, Error{705, "too much at once", "held requests", 5s});
    return std::nullopt;
}

void Answers::prove(const StanzaHead& head, Proved done) {
    auto domain = discovery_.domain_claimed(head.from);
    if (!domain) return done(fail(403, "this address speaks for no domain"));
    discovery_.reconsider(*domain);
    discovery_.find(*domain, [self = weak_from_this(), domain = *domain, from = head.from,
                              done = std::move(done)](Result<std::string> jid) mutable {
        const auto here = self.lock();
        if (!here) return;
        // The asker can do nothing about our trouble to ask its server: it is to try again.
        if (!jid)
            return done(std::unexpected(Error{403, "the domain does not vouch for this address",
                                              jid.error().detail, jid.error().retry.value_or(60s)}));
        if (*jid != from) return done(fail(403, "this address does not speak for its domain"));
        here->note_seen(domain);
        done(std::move(domain));
    });
}

void Answers::note_seen(const std::string& origin) {
    const auto now = world_.now();
    const auto row = seen_.find(origin);
    if (row != seen_.end() && now - row->second < kSeenEvery) return;
    if (seen_.size() >= kMaxSeen) seen_.clear();
    seen_[origin] = now;
    handler_.on_peer_seen(origin);
}

void Answers::take_piece(Stanza request) {
    const auto head = request.head;
    auto piece = read_piece(std::move(request));
    if (!piece) return refuse(head, piece.error());
    auto held = hold(head, piece->octets.size());
    if (!held) return;
    prove(head,
          [this, owed = *std::move(held), piece = *std::move(piece)](Result<std::string> origin) mutable {
              if (!origin) return refuse(owed.head, origin.error());
              const auto peer = owed.head.from;
              auto reply = [owed = std::move(owed), id = piece.bundle_id,
                            end = piece.at + piece.octets.size()](Result<BundleStatus> status) mutable {
                  if (const auto here = owed.settle()) here->answer_piece(owed.head, id, end, status);
              };
              handler_.on_piece(*std::move(origin), peer, std::move(piece), std::move(reply));
          });
}

void Answers::answer_piece(const StanzaHead& request, std::string_view id, std::uint64_t end,
                           const Result<BundleStatus>& status) {
    if (!status) return refuse(request, status.error());
    if (status->known && (status->at == end || !status->receipt.empty()))
        return result(request, bundle_answer(id, *status));
    refuse(request, Error{409, "go on from there", {}, 1s}, stored_mark(id, status->known ? status->at : 0));
}

void Answers::take_bundle_question(Stanza request) {
    auto id = read_bundle_question(request);
    if (!id) return refuse(request.head, id.error());
    auto held = hold(request.head, 0);
    if (!held) return;
    prove(request.head,
          [this, owed = *std::move(held), id = *std::move(id)](Result<std::string> origin) mutable {
              if (!origin) return refuse(owed.head, origin.error());
              const auto peer = owed.head.from;
              auto reply = [owed = std::move(owed), id](Result<BundleStatus> status) mutable {
                  const auto here = owed.settle();
                  if (!here) return;
                  if (!status) return here->refuse(owed.head, status.error());
                  if (!status->known) return here->refuse(owed.head, Error{404, "no such bundle"});
                  here->result(owed.head, bundle_answer(id, *status));
              };
              handler_.on_bundle_question(*std::move(origin), peer, id, std::move(reply));
          });
}

// Records are public: whoever asks gets them.
void Answers::take_key_question(Stanza request) {
    auto question = read_key_question(request);
    if (!question) return refuse(request.head, question.error());
    auto held = hold(request.head, 0);
    if (!held) return;
    auto reply = [owed = *std::move(held)](Result<std::vector<std::string>> records) mutable {
        const auto here = owed.settle();
        if (!here) return;
        if (!records) return here->refuse(owed.head, records.error());
        here->result(owed.head, key_answer(*records));
    };
    handler_.on_key_question(std::move(question->domain), question->history, std::move(reply));
}

bridge::Callback<void> Answers::acknowledging(Owed owed) {
    return [owed = std::move(owed)](Result<void> done) mutable {
        const auto here = owed.settle();
        if (!here) return;
        if (!done) return here->refuse(owed.head, done.error());
        here->result(owed.head, {});
    };
}

void Answers::take_receipt(Stanza request) {
    const auto head = request.head;
    auto octets = read_receipt(std::move(request));
    if (!octets) return refuse(head, octets.error());
    auto held = hold(head, octets->size());
    if (!held) return;
    prove(head,
          [this, owed = *std::move(held), octets = *std::move(octets)](Result<std::string> origin) mutable {
              if (!origin) return refuse(owed.head, origin.error());
              handler_.on_receipt(*std::move(origin), std::move(octets), acknowledging(std::move(owed)));
          });
}

// What it was asked is lost before it is proved, too: whoever says so ends only questions to himself, and the
// proof may wait for one of them.
void Answers::take_online(Stanza request) {
    if (const auto domain = discovery_.domain_claimed(request.head.from)) {
        asker_.lost(request.head.from);
        asker_.lost(*domain);
        seen_.erase(*domain);  // this is news, however lately it was seen
    }
    auto held = hold(request.head, 0);
    if (!held) return;
    prove(request.head, [this, owed = *std::move(held)](Result<std::string> origin) mutable {
        if (!origin) return refuse(owed.head, origin.error());
        if (const auto here = owed.settle()) here->result(owed.head, {});
    });
}

void Answers::take_cookie_question(Stanza request) {
    auto claim = read_cookie_question(request);
    if (!claim) return refuse(request.head, claim.error());
    auto held = hold(request.head, 0);
    if (!held) return;
    prove(request.head, [this, owed = *std::move(held),
                         claim = *std::move(claim)](Result<std::string> origin) mutable {
        if (!origin) return refuse(owed.head, origin.error());
        handler_.on_cookie_question(*std::move(origin), std::move(claim), acknowledging(std::move(owed)));
    });
}

void Answers::result(const StanzaHead& request, std::string_view payload) {
    reply("result", request, payload);
}

void Answers::refuse(const StanzaHead& request, const Error& error, std::string_view extra) {
    world_.log(bridge::LogLevel::debug, "link: refused a request of " +
                                            std::string(split_jid(request.from).domain) + ": " +
                                            std::to_string(error.code) + " " + error.text);
    reply("error", request, error_payload(error, extra));
}

void Answers::reply(std::string_view type, const StanzaHead& request, std::string_view payload) {
    outlet_.send(iq({type, request.id, request.to, request.from}, payload), Lane::urgent);
}

}  // namespace immp::component
