// Cookies that we gave out to prove our name to other domains' servers (decisions, 3). In memory: a restart
// ends them, and whoever has one is told 421 and connects anew.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "armor/hash.hpp"
#include "bridge/mail/message.hpp"
#include "bridge/peer_link.hpp"

namespace immp::bridge {

inline constexpr std::chrono::seconds kCookieLife{60};
/// At once; above it the oldest goes.
inline constexpr std::size_t kMaxCookies = 10'000;

class CookieJar {
  public:
    /// A fresh one, 64 hex, for that receiver and TLS session.
    [[nodiscard]] std::string issue(std::string receiver, Bytes binding, Time now);
    /// Whether it was given out for exactly this receiver and session, less than kCookieLife ago. Whoever
    /// names a cookie ends it, right or wrong: it is in the wrong hands, or it has served.
    [[nodiscard]] bool redeem(const CookieClaim& claim, Time now);

  private:
    struct Given {
        std::string receiver;
        Bytes binding;
        Time at;
    };
    void forget_old(Time now);

    std::map<armor::Digest, Given> given_;  ///< by the cookie's digest: a lookup's time tells nothing of it
};

}  // namespace immp::bridge
