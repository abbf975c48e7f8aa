#include "bridge/net/admission.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "bridge/wire/codes.hpp"

namespace immp::bridge {

namespace {
constexpr std::chrono::seconds kRetry{60};
}

struct Admission::Counts {
    std::size_t all = 0;
    std::map<std::string, std::size_t> by_place;
};

Error refusal(Admitted verdict) {
    Error error = verdict == Admitted::address_full ? refusal(429, "Too many sessions from your address")
                                                    : refusal(705, "Too many sessions");
    error.retry = kRetry;
    return error;
}

std::string admission_place(const asio::ip::address& address) {
    if (address.is_v4()) return address.to_string();
    const asio::ip::address_v6 whole = address.to_v6();
    if (whole.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, whole).to_string();
    auto octets = whole.to_bytes();
    std::fill(octets.begin() + 8, octets.end(), std::uint8_t{0});
    return asio::ip::address_v6(octets).to_string() + "/64";
}

Admission::Admission(AdmissionLimits limits) : limits_(limits), counts_(std::make_shared<Counts>()) {}

Admission::Verdict Admission::admit(const std::string& place) {
    if (counts_->all >= limits_.sessions) return {Admitted::server_full, nullptr};
    std::size_t& here = counts_->by_place[place];
    if (here >= limits_.sessions_per_address) {
        if (here == 0) counts_->by_place.erase(place);
        return {Admitted::address_full, nullptr};
    }
    ++here;
    ++counts_->all;
    return {Admitted::yes, Seat(nullptr, [counts = counts_, place](void*) {
                --counts->all;
                const auto found = counts->by_place.find(place);
                if (--found->second == 0) counts->by_place.erase(found);
            })};
}

std::size_t Admission::open_sessions() const {
    return counts_->all;
}

}  // namespace immp::bridge
