#include "component/link_router.hpp"

#include <utility>

namespace immp::component {

using bridge::BundlePiece;
using bridge::BundleStatus;
using bridge::Callback;

bridge::PeerLink& LinkRouter::link_to(std::string_view domain) const {
    const auto way = routes_.of(routes_.next_hop(std::string(domain))).way;
    return way == bridge::Way::tcp || !xmpp_ ? tcp_ : *xmpp_;
}

std::size_t LinkRouter::piece_bytes(std::string_view domain) const {
    return link_to(domain).piece_bytes(domain);
}

std::size_t LinkRouter::window(std::string_view domain) const {
    return link_to(domain).window(domain);
}

void LinkRouter::send_piece(std::string domain, BundlePiece piece, Callback<BundleStatus> done) {
    link_to(domain).send_piece(domain, std::move(piece), std::move(done));
}

void LinkRouter::ask_bundle(std::string domain, std::string bundle_id, Callback<BundleStatus> done) {
    link_to(domain).ask_bundle(domain, std::move(bundle_id), std::move(done));
}

void LinkRouter::fetch_records(std::string domain, History history, Callback<std::vector<std::string>> done) {
    link_to(domain).fetch_records(domain, history, std::move(done));
}

void LinkRouter::send_receipt(std::string domain, Bytes receipt, Callback<void> done) {
    link_to(domain).send_receipt(domain, std::move(receipt), std::move(done));
}

void LinkRouter::announce(std::string domain, Callback<void> done) {
    link_to(domain).announce(domain, std::move(done));
}

void LinkRouter::verify_cookie(std::string issuer, bridge::CookieClaim claim, Callback<void> done) {
    // A gateway's own name is not proved by whom it speaks for: the issuer itself is asked.
    if (routes_.of(issuer).way == bridge::Way::tcp || !xmpp_)
        return tcp_.verify_cookie(std::move(issuer), std::move(claim), std::move(done));
    auto then = [&tcp = tcp_, issuer, claim, done = std::move(done)](Result<void> said) mutable {
        const bool has_none = !said && said.error().code == 404;
        if (!has_none) return done(std::move(said));
        tcp.verify_cookie(std::move(issuer), std::move(claim), std::move(done));
    };
    xmpp_->verify_cookie(issuer, claim, std::move(then));
}

}  // namespace immp::component
