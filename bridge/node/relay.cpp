#include "bridge/node/relay.hpp"

#include <algorithm>

#include "armor/bundle.hpp"
#include "armor/receipt.hpp"
#include "bridge/mail/inner.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

/// A hop's line has a fixed length but for the domain: time, fingerprint, signature, three blanks, LF.
constexpr std::size_t kHopBytesBesideDomain = 20 + 64 + 88 + 3 + 1;

Result<void> check_route(const armor::Head& head, const NodeServices& services, const std::string& peer) {
    const Routes& routes = services.routes;
    if (!routes.passes_on(peer, head.route.destination)) return fail(450, "Domain not served here");
    if (!routes.speaks_for(peer, head.route.origin)) return fail(403, "You do not speak for the origin");
    // Not back to where it came from, and not round: one of the tables is wrong.
    const bool was_here =
        std::ranges::find(head.hops, services.domain, &armor::Hop::domain) != head.hops.end();
    if (was_here || routes.next_hop(head.route.destination) == peer)
        return fail(452, "The bundle goes round in a circle");
    return armor::check_time(head, services.now());
}

}  // namespace

bool Relay::concerns(const std::string& peer, const BundlePiece& piece) const {
    if (!services_.routes.is_gateway()) return false;  // the receiver refuses what is not ours
    if (piece.at != 0) return concerns(peer, piece.bundle_id);
    const auto parsed = armor::parse_head(piece.octets);
    return parsed && *parsed && (*parsed)->head.route.destination != services_.domain;
}

bool Relay::concerns(const std::string& peer, const std::string& bundle_id) const {
    return under_way_.contains({peer, bundle_id});
}

void Relay::on_piece(const std::string& origin, const std::string& peer, BundlePiece piece, Reply reply) {
    if (piece.of > services_.limits.bundle_bytes) return reply(fail(413, "Bundle too large"));
    if (piece.octets.empty() || piece.octets.size() > piece.of || piece.at > piece.of - piece.octets.size())
        return reply(malformed_bundle("a piece outside its bundle"));
    if (piece.at == 0) return first_piece(origin, peer, std::move(piece), std::move(reply));
    const std::string destination = under_way_.at({peer, piece.bundle_id});
    piece.at += hop_bytes();
    piece.of += hop_bytes();
    link_.send_piece(destination, std::move(piece), shifted(std::move(reply)));
}

void Relay::first_piece(const std::string& origin, const std::string& peer, BundlePiece piece, Reply reply) {
    auto parsed = armor::parse_head(piece.octets);
    armor::Head head = std::move((*parsed)->head);
    if (head.route.bundle_id != piece.bundle_id) return reply(malformed_bundle("two ids"));
    if (auto done = check_route(head, services_, origin); !done)
        return reply(std::unexpected(std::move(done.error())));
    const HeldKeysPtr keys = keys_();
    auto hop = armor::make_hop(armor::bundle_digest(head), head.hops, services_.domain, services_.now(),
                               keys->record.fingerprint(), keys->signing);
    if (!hop) return reply(std::unexpected(std::move(hop.error())));
    head.hops.push_back(*std::move(hop));
    const std::string text = armor::head_text(head);
    Bytes octets(text.begin(), text.end());
    octets.insert(octets.end(), piece.octets.begin() + static_cast<std::ptrdiff_t>((*parsed)->head_bytes),
                  piece.octets.end());
    piece.of += octets.size() - piece.octets.size();
    piece.octets = std::move(octets);
    services_.log(LogLevel::debug,
                  "a bundle of " + head.route.origin + " for " + head.route.destination + " is passed on");
    remember({peer, piece.bundle_id}, head.route.destination);
    link_.send_piece(head.route.destination, std::move(piece), shifted(std::move(reply)));
}

void Relay::on_question(const std::string& peer, const std::string& bundle_id, Reply reply) {
    link_.ask_bundle(under_way_.at({peer, bundle_id}), bundle_id, shifted(std::move(reply)));
}

bool Relay::takes_receipt(const std::string& origin, const Bytes& octets, Callback<void>& reply) {
    const auto receipt = armor::parse_receipt(octets);
    if (!receipt || receipt->origin == services_.domain) return false;
    if (!services_.routes.passes_on(origin, receipt->origin)) {
        reply(fail(450, "Domain not served here"));
    } else if (!services_.routes.speaks_for(origin, receipt->destination)) {
        reply(fail(403, "You do not speak for the destination"));
    } else {
        link_.send_receipt(receipt->origin, octets, std::move(reply));
    }
    return true;
}

void Relay::remember(const Id& id, const std::string& destination) {
    const auto [row, is_new] = under_way_.insert_or_assign(id, destination);
    if (!is_new) return;
    order_.push_back(id);
    if (order_.size() <= kMaxRelayed) return;
    under_way_.erase(order_.front());
    order_.pop_front();
}

std::size_t Relay::hop_bytes() const {
    return services_.domain.size() + kHopBytesBesideDomain;
}

/// What the destination has, in the sender's count: its head is shorter by our line.
Relay::Reply Relay::shifted(Reply reply) const {
    return [by = hop_bytes(), reply = std::move(reply)](Result<BundleStatus> status) mutable {
        if (status) status->at = status->at > by ? status->at - by : 0;
        reply(std::move(status));
    };
}

}  // namespace immp::bridge
