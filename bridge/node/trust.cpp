#include "bridge/node/trust.hpp"

#include <algorithm>

#include "armor/hex.hpp"
#include "armor/key_chain.hpp"

namespace immp::bridge {
namespace {

constexpr std::chrono::seconds kAskPeerAgain{300};

Result<std::vector<armor::Record>> parse_all(const std::vector<std::string>& texts,
                                             const std::string& domain) {
    std::vector<armor::Record> records;
    for (const std::string& text : texts) {
        auto record = armor::Record::parse(as_bytes(text));
        if (!record)
            return fail_for_now(412, "The peer's key record is not valid", kAskPeerAgain,
                                record.error().text);
        const auto& claims = record->claims();
        if (claims.owner != armor::Owner::kDomain || claims.name != domain) {
            return fail_for_now(412, "The peer's key record names another domain", kAskPeerAgain);
        }
        records.push_back(std::move(*record));
    }
    if (records.empty()) return fail_for_now(412, "The peer has no key record", kAskPeerAgain);
    return records;
}

/// What a judgement found.
enum class ChainVerdict {
    accepted,  ///< pinned first, unchanged, or a proper successor: the pin says so durably
    unclear,   ///< one record does not tell: the whole history may
    changed,   ///< not covered by the chain; the pin keeps the old record and the offer
};

struct Judged {
    ChainVerdict verdict = ChainVerdict::unclear;
    bool is_first = false;
    bool is_news = false;
};

Result<Judged> judge_in(Transaction& transaction, const std::vector<armor::Record>& chain,
                        PeerLink::History history, Time now) {
    const armor::Record& candidate = chain.back();
    const std::string& domain = candidate.claims().name;
    auto known = transaction.keys().pin(domain);
    if (!known) return std::unexpected(std::move(known.error()));
    Pin pin = known->value_or(Pin{domain, candidate.text(), "", PinState::trusted, now, now, false});
    Judged judged{ChainVerdict::accepted, !known->has_value(), false};
    if (!judged.is_first) {
        auto pinned = armor::Record::parse(as_bytes(pin.record));
        if (!pinned) return fail(702, "A stored pin is damaged", domain);
        if (armor::succeeds(*pinned, chain)) {
            if (pin.state == PinState::trusted && pin.record == candidate.text()) return judged;
            pin.record = candidate.text();
            pin.offered.clear();
            pin.state = PinState::trusted;
        } else if (history == PeerLink::History::last) {
            return Judged{ChainVerdict::unclear, false, false};
        } else {
            judged = {ChainVerdict::changed, false, pin.offered != candidate.text()};
            pin.offered = candidate.text();
            pin.state = PinState::changed;
        }
        pin.changed = now;
    }
    if (auto done = transaction.keys().save_pin(pin); !done) return std::unexpected(std::move(done.error()));
    return judged;
}

std::unexpected<Error> not_covered(const std::string& domain) {
    return fail_for_now(412,
                        "The key of " + domain + " changed and its old key does not vouch for the new one",
                        kAskPeerAgain);
}

}  // namespace

void Trust::record_for(const std::string& domain, RecordDone done) {
    const auto fresh = fresh_.find(domain);
    const Time now = services_.now();
    if (fresh != fresh_.end() && now - fresh->second.asked < kRecordFresh &&
        armor::in_force(fresh->second.record, now)) {
        return done(fresh->second.record);
    }
    ask(domain, PeerLink::History::last, std::move(done));
}

void Trust::ask(const std::string& domain, PeerLink::History history, RecordDone done) {
    link_.fetch_records(
        domain, history,
        [this, domain, history, done = std::move(done)](Result<std::vector<std::string>> texts) mutable {
            if (!texts) return done(std::unexpected(std::move(texts.error())));
            take(domain, history, *texts, std::move(done));
        });
}

void Trust::take(const std::string& domain, PeerLink::History history, const std::vector<std::string>& texts,
                 RecordDone done) {
    auto chain = parse_all(texts, domain);
    if (!chain) return done(std::unexpected(std::move(chain.error())));
    if (auto in_force = armor::in_force(chain->back(), services_.now()); !in_force) {
        return done(fail_for_now(412, "The key record of " + domain + " is not in force", kAskPeerAgain,
                                 in_force.error().text));
    }
    judge(domain, std::move(*chain), history, std::move(done));
}

void Trust::records_for(const std::string& domain, PeerLink::History history,
                        Callback<std::vector<std::string>> done) {
    if (history == PeerLink::History::last) {
        return record_for(domain, [done = std::move(done)](Result<armor::Record> record) mutable {
            if (!record) return done(std::unexpected(std::move(record.error())));
            done(std::vector{record->text()});
        });
    }
    link_.fetch_records(
        domain, history,
        [this, domain, history, done = std::move(done)](Result<std::vector<std::string>> texts) mutable {
            if (!texts) return done(std::unexpected(std::move(texts.error())));
            const std::vector<std::string> given = *texts;
            take(domain, history, given,
                 [texts = std::move(*texts), done = std::move(done)](Result<armor::Record> record) mutable {
                     if (!record) return done(std::unexpected(std::move(record.error())));
                     done(std::move(texts));
                 });
        });
}

void Trust::judge(const std::string& domain, std::vector<armor::Record> chain, PeerLink::History history,
                  RecordDone done) {
    const armor::Record candidate = chain.back();
    services_.store.write<Judged>(
        [chain = std::move(chain), history, now = services_.now()](Transaction& transaction) {
            return judge_in(transaction, chain, history, now);
        },
        [this, domain, candidate, done = std::move(done)](Result<Judged> judged) mutable {
            if (!judged) return done(std::unexpected(std::move(judged.error())));
            const std::string fingerprint = armor::encode_hex(candidate.fingerprint());
            switch (judged->verdict) {
                case ChainVerdict::unclear: return ask(domain, PeerLink::History::whole, std::move(done));
                case ChainVerdict::changed:
                    fresh_.erase(domain);  // Nothing more is sealed to the old key either.
                    if (judged->is_news) {
                        services_.log(
                            LogLevel::error,
                            "the key of " + domain + " changed to " + fingerprint +
                                " without the old key's word: mail to it waits. If its administrator "
                                "confirms that fingerprint, run: immpd pins accept " +
                                domain);
                    }
                    return done(not_covered(domain));
                case ChainVerdict::accepted: break;
            }
            if (judged->is_first)
                services_.log(LogLevel::info, "pinned the key of " + domain + ": " + fingerprint);
            fresh_.insert_or_assign(domain, Fresh{candidate, services_.now()});
            done(candidate);
        });
}

void Trust::record_named(const std::string& domain, const armor::Digest& fingerprint, RecordDone done) {
    const auto fresh = fresh_.find(domain);
    if (fresh != fresh_.end() && fresh->second.record.fingerprint() == fingerprint)
        return done(fresh->second.record);
    services_.store.read<std::optional<Pin>>(
        [domain](Transaction& transaction) { return transaction.keys().pin(domain); },
        [this, domain, fingerprint, done = std::move(done)](Result<std::optional<Pin>> pin) mutable {
            if (!pin) return done(std::unexpected(std::move(pin.error())));
            // The pinned record needs nobody's word, not even that of a peer which shows another one by now.
            auto pinned = *pin ? armor::Record::parse(as_bytes((*pin)->record)) : fail(404, "Nothing pinned");
            if (pinned && pinned->fingerprint() == fingerprint) return done(std::move(pinned));
            ask_for(domain, fingerprint, std::move(done));
        });
}

void Trust::ask_for(const std::string& domain, const armor::Digest& fingerprint, RecordDone done) {
    ask(domain, PeerLink::History::last,
        [this, domain, fingerprint, done = std::move(done)](Result<armor::Record> record) mutable {
            if (!record || record->fingerprint() == fingerprint) return done(std::move(record));
            search_history(domain, fingerprint, std::move(done));
        });
}

void Trust::search_history(const std::string& domain, const armor::Digest& fingerprint, RecordDone done) {
    link_.fetch_records(
        domain, PeerLink::History::whole,
        [this, domain, fingerprint, done = std::move(done)](Result<std::vector<std::string>> texts) mutable {
            if (!texts) return done(std::unexpected(std::move(texts.error())));
            auto chain = parse_all(*texts, domain);
            if (!chain) return done(std::unexpected(std::move(chain.error())));
            const auto named = std::ranges::find(*chain, fingerprint, &armor::Record::fingerprint);
            const auto fresh = fresh_.find(domain);
            const bool is_of_pinned_key = named != chain->end() && fresh != fresh_.end() &&
                                          named->claims().sign == fresh->second.record.claims().sign &&
                                          named->claims().serial < fresh->second.record.claims().serial;
            if (!is_of_pinned_key) {
                return done(fail_for_now(412, "Signed under a key that " + domain + " does not stand for",
                                         kAskPeerAgain));
            }
            done(std::move(*named));
        });
}

}  // namespace immp::bridge
