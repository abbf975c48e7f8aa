// The five names that every key derived for a bundle is bound to.
#pragma once

#include <string>

#include "armor/hash.hpp"

namespace immp::armor {

/// Domains as they stand on the wire (lower-case U-labels), a UUID, the fingerprints of both records used.
struct Route {
    std::string origin;
    std::string destination;
    std::string bundle_id;
    Digest origin_fp{};
    Digest destination_fp{};

    bool operator==(const Route&) const = default;
};

/// `1`, origin, destination, bundle id and both fingerprints in hex, each ended by a newline.
[[nodiscard]] std::string route_text(const Route& route);

}  // namespace immp::armor
