#include "bridge/node/sender.hpp"

#include "armor/bundle.hpp"
#include "armor/receipt.hpp"
#include "bridge/node/receipt_book.hpp"
#include "bridge/node/sealing.hpp"

namespace immp::bridge {
namespace {

/// Until rows that could not be sealed are tried to be put off again: a full disk may have room by then.
constexpr std::chrono::seconds kPutOffAgain{30};

/// The peer answered and does not want this bundle as it is. 7xx: nobody answered; with `retry`: it may want
/// it later.
bool is_refusal(const Error& error) {
    return error.code < 700 && !error.temporary();
}

/// A refusal that a fresh key or a fresh seal mends: tried again at once instead of on the schedule.
bool is_mended_by_sealing(int code) {
    return code == 423 || code == 424;
}

}  // namespace

Sender::Sender(const NodeServices& services, PeerLink& link, Trust& trust, std::function<HeldKeysPtr()> keys)
    : services_(services), link_(link), trust_(trust), keys_(std::move(keys)) {}

void Sender::wake(const std::vector<std::string>& domains) {
    for (const std::string& domain : domains)
        work(domain);
}

void Sender::look() {
    adopt();
    look_at_pins();
    services_.store.read<std::vector<WaitingDomain>>(
        [](Transaction& transaction) { return transaction.outbox().waiting(); },
        [this](Result<std::vector<WaitingDomain>> waiting) {
            if (!waiting) return;
            for (const WaitingDomain& domain : *waiting) {
                if (domain.next_try <= services_.now()) work(domain.destination);
            }
        });
}

/// Bundles that an earlier run, or another daemon that died, left under way.
void Sender::adopt() {
    if (link_state_ == LinkState::down) return;
    constexpr std::uint32_t kAtOnce = 64;
    using Claimed = Result<std::vector<OutgoingBundle>>;
    services_.store.write<std::vector<OutgoingBundle>>(
        [owner = services_.owner, now = services_.now()](Transaction& transaction) {
            // Our own first: a clock that jumped (the machine slept) may have ended their leases, and what is
            // in hand must not be taken up a second time.
            auto renewed = transaction.bundles().renew(owner, now + kLease);
            if (!renewed) return Claimed(std::unexpected(std::move(renewed.error())));
            return transaction.bundles().claim(owner, kAtOnce, now, now + kLease);
        },
        [this](Claimed bundles) {
            if (!bundles) return;
            for (OutgoingBundle& bundle : *bundles) {
                const std::string domain = bundle.destination;
                destinations_[domain].interrupted.push_back(
                    std::make_shared<const OutgoingBundle>(std::move(bundle)));
                work(domain);
            }
        });
}

/// A key that the administrator accepted meanwhile ends the pause for it.
void Sender::look_at_pins() {
    std::vector<std::pair<std::string, Time>> doubted;
    for (const auto& [domain, destination] : destinations_) {
        if (destination.stage == Stage::pausing && destination.cause == RetryCause::policy)
            doubted.emplace_back(domain, destination.paused);
    }
    if (doubted.empty()) return;
    services_.store.read<std::vector<std::string>>(
        [doubted = std::move(doubted)](Transaction& transaction) -> Result<std::vector<std::string>> {
            std::vector<std::string> accepted;
            for (const auto& [domain, paused] : doubted) {
                auto pin = transaction.keys().pin(domain);
                if (!pin) return std::unexpected(std::move(pin.error()));
                if (*pin && (*pin)->state == PinState::trusted && (*pin)->changed >= paused)
                    accepted.push_back(domain);
            }
            return accepted;
        },
        [this](Result<std::vector<std::string>> accepted) {
            if (!accepted) return;
            for (const std::string& domain : *accepted) {
                destinations_[domain].stage = Stage::ready;
                work(domain);
            }
        });
}

void Sender::on_link(LinkState state) {
    link_state_ = state;
    if (state == LinkState::down) return;
    for (auto& [domain, destination] : destinations_) {
        if (destination.cause == RetryCause::policy) continue;
        if (destination.stage == Stage::pausing) destination.stage = Stage::ready;
        destination.failures = 0;
    }
    look();
    std::vector<std::string> domains;
    for (const auto& [domain, destination] : destinations_)
        domains.push_back(domain);
    wake(domains);
}

/// Of the domain, or of one that it is the gateway of.
void Sender::on_peer_seen(const std::string& domain) {
    std::vector<std::string> reached;
    for (auto& [name, destination] : destinations_) {
        if (destination.stage != Stage::pausing || !services_.routes.speaks_for(domain, name)) continue;
        if (destination.cause == RetryCause::policy) continue;  // That schedule is nobody's to shorten.
        destination.failures = 0;
        destination.stage = Stage::ready;
        reached.push_back(name);
    }
    for (const std::string& name : reached) {
        services_.log(LogLevel::info, name + " is there again: its mail goes at once");
        work(name);
    }
}

void Sender::work(const std::string& domain) {
    Destination& destination = destinations_[domain];
    if (link_state_ == LinkState::down || destination.stage == Stage::pausing) return;
    for (BundlePtr& bundle : std::exchange(destination.interrupted, {}))
        send(std::move(bundle), TransferStart::resume);
    if (destination.stage == Stage::preparing) {
        destination.more = true;
        return;
    }
    if (destination.under_way < services_.limits.bundles_under_way) prepare(domain);
}

void Sender::prepare(const std::string& domain) {
    Destination& destination = destinations_[domain];
    destination.stage = Stage::preparing;
    destination.more = false;
    trust_.record_for(domain, [this, domain](Result<armor::Record> record) {
        if (!record) return pause(domain, record.error());
        claim(domain, std::move(*record));
    });
}

void Sender::claim(const std::string& domain, armor::Record record) {
    const ClaimLimits limits{services_.limits.bundle_rows, services_.limits.bundle_fill_bytes};
    services_.store.write<std::vector<OutboxRow>>(
        [domain, limits, owner = services_.owner, now = services_.now()](Transaction& transaction) {
            return transaction.outbox().claim(domain, owner, limits, now, now + kLease);
        },
        [this, domain, record = std::move(record)](Result<std::vector<OutboxRow>> rows) mutable {
            if (!rows) return pause(domain, rows.error());
            if (rows->empty()) return prepared(domain);
            destinations_[domain].more = true;  // There may be more than one bundle's worth.
            seal(domain, std::move(record), std::move(*rows));
        });
}

void Sender::seal(const std::string& domain, armor::Record record, std::vector<OutboxRow> rows) {
    services_.workers.run([this, domain,
                           order = SealOrder{keys_(), std::move(record), std::move(rows)}]() mutable {
        auto bundle = seal_bundle(services_, order);
        services_.post([this, domain, rows = std::move(order.rows), bundle = std::move(bundle)]() mutable {
            sealed(domain, std::move(bundle), std::move(rows));
        });
    });
}

void Sender::sealed(const std::string& domain, Result<std::optional<OutgoingBundle>> bundle,
                    std::vector<OutboxRow> rows) {
    if (!bundle) {
        services_.log(LogLevel::error, "sealing for " + domain + " failed: " + bundle.error().text + " " +
                                           bundle.error().detail);
        put_off(std::make_shared<const std::vector<OutboxRow>>(std::move(rows)));
        return pause(domain, bundle.error());
    }
    if (*bundle) send(std::make_shared<const OutgoingBundle>(std::move(**bundle)), TransferStart::fresh);
    prepared(domain);
}

/// Until it is done: our own claims are renewed for as long as we live, so rows that stay claimed would wait
/// for the next start.
void Sender::put_off(RowsPtr rows) {
    services_.store.write<Done>(
        [&services = services_, rows](Transaction& transaction) -> Result<Done> {
            for (const OutboxRow& row : *rows) {
                const auto pause = retry_pause(RetryCause::policy, row.attempts + 1, services.chance());
                const Time next = services.now() + std::chrono::ceil<std::chrono::seconds>(pause);
                auto done = transaction.outbox().reschedule(row.id, next, "sealing failed");
                const bool has_ended = !done && done.error().code == 404;
                if (!done && !has_ended) return std::unexpected(std::move(done.error()));
            }
            return Done{};
        },
        [this, rows](Result<Done> done) {
            if (done || services_.store.broken()) return;
            services_.after(kPutOffAgain, [this, rows] { put_off(rows); });
        });
}

void Sender::prepared(const std::string& domain) {
    Destination& destination = destinations_[domain];
    if (destination.stage == Stage::preparing) destination.stage = Stage::ready;
    if (destination.more) work(domain);
}

void Sender::send(BundlePtr bundle, TransferStart how) {
    if (services_.now() - bundle->sealed >= kResealAfter) {
        return give_back(bundle, Error{424, "sealed too long ago"}, interrupting(bundle));
    }
    ++destinations_[bundle->destination].under_way;
    std::make_shared<Transfer>(services_, link_, bundle, [this, bundle](Result<Bytes> receipt) {
        --destinations_[bundle->destination].under_way;
        sent(bundle, std::move(receipt));
    })->start(how);
}

void Sender::sent(BundlePtr bundle, Result<Bytes> receipt) {
    if (!receipt) {
        return is_refusal(receipt.error()) ? give_back(bundle, receipt.error(), interrupting(bundle))
                                           : interrupted(bundle, receipt.error());
    }
    if (receipt->empty()) {
        // Stored there, not yet opened: ask again on the schedule of lost answers.
        return interrupted(bundle, Error{720, "no receipt yet"});
    }
    conclude(bundle, std::move(*receipt), [this, bundle](Result<void> done) {
        if (done) return ended(bundle);
        // Whoever made that receipt, the peer's own word is still awaited: as if none had come.
        interrupted(bundle, Error{720, "no receipt that holds",
                                  std::to_string(done.error().code) + " " + done.error().text});
    });
}

void Sender::ended(const BundlePtr& bundle) {
    Destination& destination = destinations_[bundle->destination];
    destination.failures = 0;
    std::erase_if(destination.interrupted, [&](const BundlePtr& other) { return other->id == bundle->id; });
    work(bundle->destination);
}

void Sender::conclude(BundlePtr bundle, Bytes octets, Callback<void> done) {
    auto receipt = armor::parse_receipt(octets);
    if (!receipt) return done(std::unexpected(std::move(receipt.error())));
    const armor::Digest signer = receipt->signer_fp;
    trust_.record_named(
        bundle->destination, signer,
        [this, bundle, receipt = std::move(*receipt),
         done = std::move(done)](Result<armor::Record> record) mutable {
            if (!record) return done(std::unexpected(std::move(record.error())));
            auto head = armor::parse_head(bundle->head);
            if (!head || !*head) return done(fail(702, "Storage failed", "a stored bundle head is damaged"));
            auto verified = armor::verify_receipt(receipt, (*head)->head.route, bundle->digest, *record);
            if (!verified) return done(std::unexpected(std::move(verified.error())));
            if (receipt.code != 275) {
                return give_back(bundle, Error{receipt.code, "refused as a whole"}, std::move(done));
            }
            services_.store.write<Done>(
                [&services = services_, bundle, receipt = std::move(receipt)](Transaction& transaction) {
                    return book_receipt(transaction, services, *bundle, receipt);
                },
                [done = std::move(done)](Result<Done> booked) mutable {
                    if (!booked) return done(std::unexpected(std::move(booked.error())));
                    done({});
                });
        });
}

void Sender::on_receipt(const std::string& domain, Bytes octets, Callback<void> reply) {
    auto receipt = armor::parse_receipt(octets);
    if (!receipt) return reply(std::unexpected(std::move(receipt.error())));
    services_.store.read<std::optional<OutgoingBundle>>(
        [id = receipt->bundle_id](Transaction& transaction) { return transaction.bundles().outgoing(id); },
        [this, domain, octets = std::move(octets),
         reply = std::move(reply)](Result<std::optional<OutgoingBundle>> bundle) mutable {
            if (!bundle) return reply(std::unexpected(std::move(bundle.error())));
            // Booked before, or never ours: receipts are not receipted, so there is nothing to say.
            if (!*bundle || !services_.routes.speaks_for(domain, (*bundle)->destination)) return reply({});
            auto shared = std::make_shared<const OutgoingBundle>(std::move(**bundle));
            conclude(shared, std::move(octets),
                     [this, shared, reply = std::move(reply)](Result<void> done) mutable {
                         if (done) ended(shared);
                         reply(std::move(done));
                     });
        });
}

/// Refused as a whole, or sealed too long ago: its rows go into a later bundle. Where that cannot be stored
/// it is for `done` to keep the bundle in mind.
void Sender::give_back(BundlePtr bundle, Error why, Callback<void> done) {
    const bool at_once = is_mended_by_sealing(why.code);
    if (at_once) trust_.doubt(bundle->destination);
    services_.log(LogLevel::warning, "bundle " + bundle->id + " to " + bundle->destination +
                                         " goes back to the outbox: " + std::to_string(why.code) + " " +
                                         why.text);
    const RetryCause cause = at_once ? RetryCause::lost : RetryCause::policy;
    services_.store.write<Done>(
        [&services = services_, id = bundle->id, cause, why](Transaction& transaction) {
            return unbook(transaction, services, id, cause, std::to_string(why.code) + " " + why.text);
        },
        [this, domain = bundle->destination, done = std::move(done)](Result<Done> unbooked) mutable {
            if (!unbooked) return done(std::unexpected(std::move(unbooked.error())));
            pause(domain, Error{720, "a bundle was refused"});
            done({});
        });
}

/// Keeps the bundle in mind where what was to end it failed.
Callback<void> Sender::interrupting(BundlePtr bundle) {
    return [this, bundle = std::move(bundle)](Result<void> done) {
        if (!done) interrupted(bundle, done.error());
    };
}

/// To be resumed after a pause, unless a receipt that came another way has ended it meanwhile.
void Sender::interrupted(BundlePtr bundle, Error why) {
    services_.store.read<std::optional<OutgoingBundle>>(
        [id = bundle->id](Transaction& transaction) { return transaction.bundles().outgoing(id); },
        [this, bundle, why = std::move(why)](Result<std::optional<OutgoingBundle>> known) {
            if (known && !*known) return ended(bundle);
            destinations_[bundle->destination].interrupted.push_back(bundle);
            pause(bundle->destination, why);
        });
}

void Sender::pause(const std::string& domain, const Error& why) {
    Destination& destination = destinations_[domain];
    if (destination.stage == Stage::pausing) return;
    destination.stage = Stage::pausing;
    ++destination.failures;
    // A key that is not believed (412) is a matter of policy; everything else may be over in a second.
    destination.cause = why.code == 412 ? RetryCause::policy : RetryCause::lost;
    destination.paused = services_.now();
    const auto length = retry_pause(destination.cause, destination.failures, services_.chance());
    services_.log(LogLevel::info, "mail to " + domain + " waits " + std::to_string(length.count() / 1000) +
                                      " s: " + std::to_string(why.code) + " " + why.text);
    services_.store.write<Done>(
        [domain, cause = std::to_string(why.code) + " " + why.text,
         now = services_.now()](Transaction& transaction) -> Result<Done> {
            auto done = transaction.outbox().explain(domain, cause, now);
            if (!done) return std::unexpected(std::move(done.error()));
            return Done{};
        },
        [](Result<Done>) {});
    services_.after(length, [this, domain, pause = ++destination.pause] {
        Destination& paused = destinations_[domain];
        if (paused.stage != Stage::pausing || paused.pause != pause) return;
        paused.stage = Stage::ready;
        work(domain);
    });
}

}  // namespace immp::bridge
