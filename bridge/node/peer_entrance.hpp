// Where sessions of other domains' servers come in: their cookies, bundles and receipts.
#pragma once

#include <cstddef>
#include <string>

#include "bridge/node/body_stage.hpp"
#include "bridge/node/cookie_jar.hpp"
#include "bridge/node/key_ration.hpp"
#include "bridge/node/services.hpp"
#include "bridge/peer_link.hpp"

namespace immp::bridge {

/// Cookies that issuers are asked about, a minute, for each issuer and each address they came from; more
/// is 429.
inline constexpr std::uint32_t kCookiesAMinute = 10;
/// Questions to issuers at once; more is 705.
inline constexpr std::size_t kMaxCookieQuestions = 64;
/// A session waits so long for its issuer; then it is 421, temporary.
inline constexpr std::chrono::seconds kCookiePatience{45};

class PeerEntrance {
  public:
    /// All outlive it.
    PeerEntrance(const NodeServices& services, PeerLink& link, PeerHandler& handler)
        : services_(services), link_(link), handler_(handler) {}

    [[nodiscard]] CookieJar& cookies() { return cookies_; }
    /// Asks the issuer. 421, and temporary wherever it did not say no itself; 429, 705.
    void confirm(ConfirmCookie request, const std::string& address, Callback<Done> done);
    /// 421 where we did not give it out so.
    [[nodiscard]] Result<Done> check(const CheckCookie& request);
    void take_bundle(const TakeBundle& request, StagedBody body, Callback<TakenBundle> done);
    /// 413, or what a receipt over the link is refused with.
    void take_receipt(const TakeReceipt& request, const StagedBody& body, Callback<Done> done);

  private:
    const NodeServices& services_;
    PeerLink& link_;
    PeerHandler& handler_;
    CookieJar cookies_;
    KeyRation issuers_{kCookiesAMinute, "Too many cookies of this issuer"};
    KeyRation addresses_{kCookiesAMinute, "Too many cookies from this address"};
    std::size_t questions_ = 0;
};

}  // namespace immp::bridge
