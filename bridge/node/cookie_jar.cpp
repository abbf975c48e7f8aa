#include "bridge/node/cookie_jar.hpp"

#include <algorithm>

#include "armor/hex.hpp"
#include "armor/random.hpp"

namespace immp::bridge {
namespace {

armor::Digest name_of(std::string_view cookie) {
    return armor::hash("IMMP1 cookie", {cookie});
}

bool is_over(Time at, Time now) {
    return now < at || now - at >= kCookieLife;
}

}  // namespace

std::string CookieJar::issue(std::string receiver, Bytes binding, Time now) {
    forget_old(now);
    std::string cookie = armor::encode_hex(armor::random_array<32>());
    given_[name_of(cookie)] = {std::move(receiver), std::move(binding), now};
    return cookie;
}

bool CookieJar::redeem(const CookieClaim& claim, Time now) {
    auto found = given_.extract(name_of(claim.cookie));
    if (found.empty()) return false;
    const Given& given = found.mapped();
    return !is_over(given.at, now) && given.receiver == claim.receiver && given.binding == claim.binding;
}

void CookieJar::forget_old(Time now) {
    if (given_.size() < kMaxCookies) return;
    std::erase_if(given_, [now](const auto& entry) { return is_over(entry.second.at, now); });
    if (given_.size() < kMaxCookies) return;
    given_.erase(std::ranges::min_element(given_, {}, [](const auto& entry) { return entry.second.at; }));
}

}  // namespace immp::bridge
