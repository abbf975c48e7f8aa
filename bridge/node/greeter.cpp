#include "bridge/node/greeter.hpp"

#include <algorithm>
#include <vector>

#include "bridge/mail/retry.hpp"

namespace immp::bridge {
namespace {

/// Each costs three questions and whatever waits there, all at once: who wrote last has most likely
/// something.
constexpr std::size_t kGreeted = 128;
/// About four minutes: as long as a peer's own pause lasts at most.
constexpr std::uint32_t kGreetings = 8;

using Domains = std::vector<std::string>;

/// A domain whose first bundle is not whole yet has no receipt, but a pin.
Result<Domains> known_peers(Transaction& transaction) {
    auto domains = transaction.bundles().latest_origins(kGreeted);
    if (!domains) return domains;
    const auto pins = transaction.keys().pins();
    if (!pins) return std::unexpected(pins.error());
    for (const Pin& pin : *pins) {
        if (domains->size() >= kGreeted) break;
        if (std::ranges::find(*domains, pin.domain) == domains->end()) domains->push_back(pin.domain);
    }
    return domains;
}

}  // namespace

void Greeter::on_link(LinkState state) {
    ++run_;
    if (state == LinkState::down) return;
    services_.store.read<Domains>(known_peers, [this, run = run_](Result<Domains> domains) {
        if (!domains) return;
        for (std::string& domain : *domains)
            greet(std::move(domain), 0, run);
    });
}

void Greeter::greet(std::string domain, std::uint32_t failures, std::uint64_t run) {
    if (run != run_) return;
    link_.announce(domain, [this, domain, failures, run](Result<void> greeted) mutable {
        if (greeted || failures + 1 == kGreetings) return;
        const auto pause = retry_pause(RetryCause::lost, failures + 1, services_.chance());
        services_.after(pause, [this, domain = std::move(domain), failures, run]() mutable {
            greet(std::move(domain), failures + 1, run);
        });
    });
}

}  // namespace immp::bridge
