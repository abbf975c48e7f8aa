#include "bridge/node/trail.hpp"

#include <map>
#include <string>

namespace immp::bridge {
namespace {

using Pinned = std::map<std::string, armor::Record>;

Result<Pinned> read_pinned(Transaction& transaction, const std::vector<armor::Hop>& hops) {
    Pinned pinned;
    for (const armor::Hop& hop : hops) {
        if (pinned.contains(hop.domain)) continue;
        auto pin = transaction.keys().pin(hop.domain);
        if (!pin) return std::unexpected(std::move(pin.error()));
        if (!*pin) continue;
        auto record = armor::Record::parse(as_bytes((*pin)->record));
        if (record) pinned.emplace(hop.domain, *std::move(record));
    }
    return pinned;
}

}  // namespace

std::vector<RelayHop> read_trail(const NodeServices& services, const armor::Head& head) {
    const auto& hops = head.hops;
    if (hops.empty()) return {};
    // A worker's, not the transaction that files: 50 signatures would hold up everybody's writes.
    const auto pinned = read_and_wait<Pinned>(
        services.store, [&hops](Transaction& transaction) { return read_pinned(transaction, hops); });
    const armor::Digest bundle = armor::bundle_digest(head);
    std::vector<RelayHop> trail;
    for (std::size_t i = 0; i < hops.size(); ++i) {
        RelayHop& relay = trail.emplace_back(RelayHop{hops[i].domain, hops[i].time, false});
        if (!pinned) continue;
        const auto record = pinned->find(relay.domain);
        relay.verified = record != pinned->end() && armor::verify_hop(bundle, hops, i, record->second);
    }
    return trail;
}

}  // namespace immp::bridge
