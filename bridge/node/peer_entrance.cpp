#include "bridge/node/peer_entrance.hpp"

#include "armor/receipt.hpp"
#include "bridge/node/intake.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

/// The first of answer and deadline counts.
Callback<void> once(std::shared_ptr<Callback<Done>> done) {
    return [done = std::move(done)](Result<void> result) {
        auto first = std::exchange(*done, nullptr);
        if (!first) return;
        if (!result) return first(std::unexpected(std::move(result.error())));
        first(Done{});
    };
}

/// Only the issuer's own no is for good.
Error as_unconfirmed(const Error& error) {
    if (error.code == 421 && !error.temporary())
        return {421, "The issuer does not confirm the cookie", {}, {}};
    Error unconfirmed =
        refusal(421, "The issuer could not be asked: " + std::to_string(error.code) + " " + error.text);
    if (error.retry) unconfirmed.retry = error.retry;
    return unconfirmed;
}

}  // namespace

void PeerEntrance::confirm(ConfirmCookie request, const std::string& address, Callback<Done> done) {
    const Time now = services_.now();
    auto taken = addresses_.take(address, now);
    if (taken) taken = issuers_.take(request.issuer, now);
    if (!taken) return done(std::unexpected(std::move(taken.error())));
    if (questions_ >= kMaxCookieQuestions) return done(std::unexpected(refusal(705)));
    ++questions_;
    auto answer = once(std::make_shared<Callback<Done>>(
        [this, issuer = request.issuer, done = std::move(done)](Result<Done> confirmed) mutable {
            --questions_;
            if (!confirmed) {
                services_.log(LogLevel::info, "a cookie of " + issuer + " is not confirmed: " +
                                                  std::to_string(confirmed.error().code) + " " +
                                                  confirmed.error().text + " " + confirmed.error().detail);
                return done(std::unexpected(as_unconfirmed(confirmed.error())));
            }
            handler_.on_peer_seen(issuer);
            done(Done{});
        }));
    auto shared = std::make_shared<Callback<void>>(std::move(answer));
    services_.after(kCookiePatience, [shared] {
        (*shared)(fail_for_now(720, "no answer from the issuer", std::chrono::seconds(60)));
    });
    link_.verify_cookie(request.issuer,
                        CookieClaim{std::move(request.cookie), services_.domain, std::move(request.binding)},
                        [shared](Result<void> result) { (*shared)(std::move(result)); });
}

Result<Done> PeerEntrance::check(const CheckCookie& request) {
    if (cookies_.redeem({request.cookie, request.receiver, request.binding}, services_.now())) return Done{};
    return std::unexpected(Error{421, "No such cookie for this receiver and session", {}, {}});
}

void PeerEntrance::take_bundle(const TakeBundle& request, StagedBody body, Callback<TakenBundle> done) {
    std::make_shared<Intake>(services_, link_, handler_,
                             Intake::Order{request.origin, request.destination, std::move(body)},
                             std::move(done))
        ->start();
}

void PeerEntrance::take_receipt(const TakeReceipt& request, const StagedBody& body, Callback<Done> done) {
    const auto octets = body.in_memory();
    if (!octets || octets->size() > armor::kMaxReceiptBytes)
        return done(
            fail(413, "A receipt has at most " + std::to_string(armor::kMaxReceiptBytes) + " octets"));
    handler_.on_receipt(request.origin, Bytes(octets->begin(), octets->end()),
                        [done = std::move(done)](Result<void> booked) mutable {
                            if (!booked) return done(std::unexpected(std::move(booked.error())));
                            done(Done{});
                        });
}

}  // namespace immp::bridge
