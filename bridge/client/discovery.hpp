// Where a domain's servers are: SRV records (RFC 2782), else the domain itself on the default port.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "armor/bytes.hpp"
#include "bridge/client/greeting.hpp"

namespace immp::bridge::client {

struct ServiceRecord {
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    Endpoint endpoint;  ///< an empty host: the domain has no such service (RFC 2782, target ".")
};

/// The SRV records of a DNS answer as it came; none for what is malformed.
[[nodiscard]] std::vector<ServiceRecord> parse_service_answer(ByteView answer);

/// By priority; within one, heavier records likelier first. `chance` gives numbers from 0 to its argument.
using Chance = std::uint32_t (*)(std::uint32_t highest);
[[nodiscard]] std::vector<Endpoint> order_endpoints(std::vector<ServiceRecord> records, Chance chance);

/// Servers to try, in order: `_immps._tcp`, `_immp._tcp`, else the domain on port 1025. `domain` in ASCII.
/// ExitStatus::unavailable where the domain says that it has no such service. What DNS says is not believed:
/// the certificate must name the domain whatever host it is.
[[nodiscard]] Outcome<std::vector<Server>> find_servers(const std::string& domain);

/// The same of its XMPP servers for users (RFC 6120 3.2): `_xmpp-client._tcp`, else the domain on port 5222.
[[nodiscard]] Outcome<std::vector<Endpoint>> find_xmpp_servers(const std::string& domain);

/// The first that `reach` gets to; the next is tried after one that cannot be reached, or that does not
/// answer. `places` are one at least.
template <class Place, class Reach>
auto first_reached(const std::vector<Place>& places, Reach reach) {
    auto reached = reach(places.front());
    for (auto place = places.begin() + 1; place != places.end() && !reached; ++place) {
        const ExitStatus status = reached.error().status;
        if (status != ExitStatus::unavailable && status != ExitStatus::temporary) break;
        reached = reach(*place);
    }
    return reached;
}

}  // namespace immp::bridge::client
