// The sealed echo of `immpd ping`: a bundle without items there, its verified receipt back.
#pragma once

#include <string>

#include "bridge/node/key_ring.hpp"
#include "bridge/node/services.hpp"
#include "bridge/node/trust.hpp"
#include "bridge/peer_link.hpp"

namespace immp::bridge {

/// How long the echo took. Errors: those of the trust and the link; 422 for a receipt that does not verify.
void sealed_echo(const NodeServices& services, PeerLink& link, Trust& trust, HeldKeysPtr keys,
                 const std::string& domain, Callback<std::chrono::milliseconds> done);

}  // namespace immp::bridge
