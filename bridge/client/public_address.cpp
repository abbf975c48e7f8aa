#include "bridge/client/public_address.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <netinet/in.h>

namespace immp::bridge::client {
namespace {

using V4 = std::array<std::uint8_t, 4>;
using V6 = std::array<std::uint8_t, 16>;

template <class Octets>
struct Network {
    Octets octets;
    unsigned bits;
};

constexpr Network<V4> kReserved4[] = {
    {{0, 0, 0, 0}, 8},      {{10, 0, 0, 0}, 8},     {{100, 64, 0, 0}, 10}, {{127, 0, 0, 0}, 8},
    {{169, 254, 0, 0}, 16}, {{172, 16, 0, 0}, 12},  {{192, 0, 0, 0}, 24},  {{192, 0, 2, 0}, 24},
    {{192, 88, 99, 0}, 24}, {{192, 168, 0, 0}, 16}, {{198, 18, 0, 0}, 15}, {{198, 51, 100, 0}, 24},
    {{203, 0, 113, 0}, 24}, {{224, 0, 0, 0}, 4},    {{240, 0, 0, 0}, 4},
};
/// Global unicast, of which these are none: all else is reserved.
constexpr Network<V6> kGlobal6 = {{0x20}, 3};
constexpr Network<V6> kReserved6[] = {{{0x20, 0x01}, 23}, {{0x20, 0x01, 0x0d, 0xb8}, 32}, {{0x3f, 0xff}, 20}};
constexpr Network<V6> kMapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Network<V6> kTranslated = {{0, 0x64, 0xff, 0x9b}, 96};
constexpr Network<V6> kSixToFour = {{0x20, 0x02}, 16};

template <class Octets>
bool is_in(const Octets& address, const Network<Octets>& network) {
    for (unsigned bit = 0; bit < network.bits; ++bit) {
        const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
        if ((address[bit / 8] & mask) != (network.octets[bit / 8] & mask)) return false;
    }
    return true;
}

bool is_public4(const V4& address) {
    return std::ranges::none_of(kReserved4, [&](const auto& network) { return is_in(address, network); });
}

V4 embedded(const V6& address, std::size_t at) {
    V4 inner{};
    std::copy_n(address.begin() + static_cast<std::ptrdiff_t>(at), inner.size(), inner.begin());
    return inner;
}

bool is_public6(const V6& address) {
    if (is_in(address, kMapped) || is_in(address, kTranslated)) return is_public4(embedded(address, 12));
    if (is_in(address, kSixToFour)) return is_public4(embedded(address, 2));
    return is_in(address, kGlobal6) &&
           std::ranges::none_of(kReserved6, [&](const auto& network) { return is_in(address, network); });
}

}  // namespace

bool is_public(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof v4);
        V4 octets{};
        std::memcpy(octets.data(), &v4.sin_addr, octets.size());
        return is_public4(octets);
    }
    if (address.sa_family != AF_INET6) return false;
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    V6 octets{};
    std::memcpy(octets.data(), &v6.sin6_addr, octets.size());
    return is_public6(octets);
}

}  // namespace immp::bridge::client
