// The walk of `immpd ping DOMAIN` up to the peer's key: which step of the path between two domains fails
// first, and what mends it. Each step asks one question over the link; a pure function judges the answer.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "component/asker.hpp"
#include "component/stanza.hpp"

namespace immp::component {

/// One step as it is shown to the administrator. `remedy` is empty where the step went well.
struct Step {
    std::string name;
    enum class Outcome { ok, failed } outcome = Outcome::failed;
    std::string detail;
    std::string remedy;
};

/// The steps taken, in order; the last one failed, or all went well.
using Steps = std::vector<Step>;

/// Who asks whom.
struct Walk {
    std::string our_domain;
    std::string our_jid;
    std::string server;  ///< `ADDRESS:PORT` of our XMPP server's component port
    std::string peer_domain;
    std::string peer_jid;
    enum class PeerJid { listed, overridden } rule = PeerJid::listed;
};

/// A question of the walk and how its answer is judged.
struct Probe {
    std::string_view name;
    std::string to;
    std::string payload;
    Step (*judge)(const Probe& probe, const Walk& walk, const Result<Stanza>& answer);
};

/// The first step; `trouble` is why the link is down, empty if it is up.
[[nodiscard]] Step handshake_step(const Walk& walk, std::string_view trouble);
/// The questions after the handshake, in order.
[[nodiscard]] std::vector<Probe> probes(const Walk& walk);

/// Asks one probe after the other, up to the first that fails. `done` is called once; `asker` outlives the
/// walk, as its down() ends it.
void take_walk(Asker& asker, Walk walk, Steps taken, std::move_only_function<void(Steps)> done);

}  // namespace immp::component
