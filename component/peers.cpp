#include "component/peers.hpp"

#include <algorithm>
#include <utility>

#include "component/immp_payload.hpp"
#include "component/stanza_error.hpp"

namespace immp::component {
namespace {

using namespace std::chrono_literals;
using bridge::BundleStatus;

// Conditions with which a server says that the JID is not there: it may have moved, so it is looked up anew.
bool says_gone(const Stanza& answer) {
    constexpr std::string_view kGone[] = {"service-unavailable", "item-not-found", "recipient-unavailable",
                                          "remote-server-not-found", "gone"};
    return answer.head.type == "error" && !answer.find(ElementKind::refusal) &&
           std::ranges::find(kGone, condition_of(answer)) != std::end(kGone);
}

}  // namespace

Peers::Peers(Asker& asker, Discovery& discovery, Outlet& outlet, World& world, bridge::Routes routes)
    : asker_(asker), discovery_(discovery), outlet_(outlet), world_(world), routes_(std::move(routes)) {}

std::size_t Peers::piece_bytes(std::string_view domain) const {
    const auto pace = paces_.find(routes_.next_hop(std::string(domain)));
    return pace == paces_.end() ? Pacing().piece_bytes() : pace->second.piece_bytes();
}

std::size_t Peers::window(std::string_view domain) const {
    if (outlet_.queued_bytes() > kHighWaterBytes) return 1;
    const auto pace = paces_.find(routes_.next_hop(std::string(domain)));
    return pace == paces_.end() ? Pacing().window() : pace->second.window();
}

std::optional<Error> Peers::too_much(std::size_t bytes) const {
    if (bytes > kMaxPieceBytes) return Error{413, "too large for one stanza", {}, 60s};
    if (outlet_.queued_bytes() + bytes > kMaxQueuedBytes)
        return Error{705, "the XMPP server reads too slowly", "write queue full", 5s};
    return std::nullopt;
}

// The path, and who answers, are those of the next hop.
void Peers::ask(const std::string& destination, Asker::Question question, std::size_t bytes,
                IqCallback done) {
    const std::string domain = routes_.next_hop(destination);
    if (auto error = too_much(bytes)) {
        world_.defer([done = std::move(done), error = *std::move(error)]() mutable {
            done(std::unexpected(std::move(error)));
        });
        return;
    }
    discovery_.find(domain, [this, domain, question = std::move(question), bytes,
                             done = std::move(done)](Result<std::string> jid) mutable {
        if (!jid) {
            world_.defer([done = std::move(done), error = jid.error()]() mutable {
                done(std::unexpected(std::move(error)));
            });
            return;
        }
        auto& pace = paces_[domain];
        question.to = *std::move(jid);
        question.patience = pace.patience(bytes);
        pace.sent(bytes);
        asker_.ask(question, [this, domain, bytes, sent_at = world_.now(),
                              done = std::move(done)](Result<Stanza> answer) mutable {
            measure(domain, bytes, sent_at, answer);
            done(std::move(answer));
        });
    });
}

void Peers::measure(const std::string& domain, std::size_t bytes, Time sent_at,
                    const Result<Stanza>& answer) {
    auto& pace = paces_[domain];
    const auto now = world_.now();
    if (!answer) {
        // 720 is a deadline; 704 and 703 are about our own link.
        if (answer.error().code == 720) return pace.failed(bytes, sent_at, now);
        return pace.forgotten(bytes);
    }
    if (says_gone(*answer)) {
        discovery_.forget(domain);
        return pace.forgotten(bytes);
    }
    if (answer->head.type == "error" && error_of(*answer).code == 705)
        return pace.failed(bytes, sent_at, now);
    pace.answered(bytes, sent_at, now);
}

void Peers::send_piece(std::string domain, bridge::BundlePiece piece, bridge::Callback<BundleStatus> done) {
    Asker::Question question{
        .kind = IqKind::set, .to = {}, .payload = bundle_piece(piece), .patience = {}, .lane = Lane::bulk};
    ask(domain, std::move(question), piece.octets.size(),
        [done = std::move(done), id = piece.bundle_id](Result<Stanza> answer) mutable {
            if (!answer) return done(std::unexpected(std::move(answer.error())));
            done(read_piece_answer(*std::move(answer), id));
        });
}

void Peers::ask_bundle(std::string domain, std::string bundle_id, bridge::Callback<BundleStatus> done) {
    Asker::Question question{.kind = IqKind::get,
                             .to = {},
                             .payload = bundle_question(bundle_id),
                             .patience = {},
                             .lane = Lane::urgent};
    ask(domain, std::move(question), 0,
        [done = std::move(done), id = std::move(bundle_id)](Result<Stanza> answer) mutable {
            if (!answer) return done(std::unexpected(std::move(answer.error())));
            done(read_bundle_answer(*std::move(answer), id));
        });
}

void Peers::fetch_records(std::string domain, History history,
                          bridge::Callback<std::vector<std::string>> done) {
    Asker::Question question{.kind = IqKind::get,
                             .to = {},
                             .payload = key_question(domain, history),
                             .patience = {},
                             .lane = Lane::urgent};
    ask(domain, std::move(question), 0, [done = std::move(done)](Result<Stanza> answer) mutable {
        if (!answer) return done(std::unexpected(std::move(answer.error())));
        done(read_key_answer(*answer));
    });
}

void Peers::send_receipt(std::string domain, Bytes octets, bridge::Callback<void> done) {
    Asker::Question question{
        .kind = IqKind::set, .to = {}, .payload = receipt(octets), .patience = {}, .lane = Lane::bulk};
    ask(domain, std::move(question), octets.size(), [done = std::move(done)](Result<Stanza> answer) mutable {
        if (!answer) return done(std::unexpected(std::move(answer.error())));
        done(read_empty_answer(*answer));
    });
}

void Peers::announce(std::string domain, bridge::Callback<void> done) {
    Asker::Question question{
        .kind = IqKind::set, .to = {}, .payload = online(), .patience = {}, .lane = Lane::urgent};
    ask(domain, std::move(question), 0, [done = std::move(done)](Result<Stanza> answer) mutable {
        if (!answer) return done(std::unexpected(std::move(answer.error())));
        done(read_empty_answer(*answer));
    });
}

void Peers::verify_cookie(std::string issuer, bridge::CookieClaim claim, bridge::Callback<void> done) {
    Asker::Question question{.kind = IqKind::get,
                             .to = {},
                             .payload = cookie_question(claim),
                             .patience = {},
                             .lane = Lane::urgent};
    ask(issuer, std::move(question), 0,
        [this, issuer, done = std::move(done)](Result<Stanza> answer) mutable {
            if (answer) return done(read_cookie_answer(*answer));
            if (!discovery_.says_none(issuer)) return done(std::unexpected(std::move(answer.error())));
            done(fail_for_now(404, "the issuer has no IMMP component", 60s, answer.error().detail));
        });
}

}  // namespace immp::component
