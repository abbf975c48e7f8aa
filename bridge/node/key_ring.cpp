#include "bridge/node/key_ring.hpp"

#include <algorithm>

namespace immp::bridge {
namespace {

enum class Signing { keep, succeed };

/// The generation after `last` (none: the first). The signing key stays, or is the one that was committed to.
Result<OwnKey> next_generation(const std::string& domain, const OwnKey* last, Signing signing, Time now) {
    OwnKey key;
    const auto seal = armor::SealingPair::generate();
    key.seal_secret = seal.secret.clone();
    key.serial = last == nullptr ? 1 : last->serial + 1;
    key.made = now;
    const bool is_new_signer = last == nullptr || signing == Signing::succeed;
    if (last != nullptr)
        key.sign_seed = is_new_signer ? last->next_sign_seed.clone() : last->sign_seed.clone();
    if (last == nullptr) key.sign_seed = armor::SigningPair::generate().seed();
    key.next_sign_seed = is_new_signer ? armor::SigningPair::generate().seed() : last->next_sign_seed.clone();

    const auto pair = armor::SigningPair::from_seed(key.sign_seed);
    armor::RecordClaims claims;
    claims.name = domain;
    claims.serial = key.serial;
    claims.sign = pair.open;
    claims.seal = seal.open;
    claims.not_before = now;
    claims.not_after = now + kRecordLife;
    claims.next = armor::commit_next(armor::SigningPair::from_seed(key.next_sign_seed).open);
    std::optional<armor::SigningPair> previous;
    if (last != nullptr) {
        auto record = armor::Record::parse(as_bytes(last->record));
        if (!record) return std::unexpected(std::move(record.error()));
        claims.previous = record->fingerprint();
        previous = armor::SigningPair::from_seed(last->sign_seed);
    }
    auto record = armor::Record::make(claims, pair, previous ? &*previous : nullptr);
    if (!record) return std::unexpected(std::move(record.error()));
    key.record = record->text();
    return key;
}

Result<void> renew(Transaction& transaction, const std::string& domain, const OwnKey* last, Signing signing,
                   Time now) {
    auto fresh = next_generation(domain, last, signing, now);
    if (!fresh) return std::unexpected(std::move(fresh.error()));
    if (last != nullptr) {
        if (auto done = transaction.keys().retire_own(last->serial, now); !done) return done;
    }
    return transaction.keys().add_own(*fresh);
}

Result<HeldKeysPtr> hold(const std::vector<OwnKey>& own) {
    std::vector<armor::HeldSeal> seals;
    std::vector<std::string> history;
    for (const OwnKey& key : own) {
        history.push_back(key.record);
        auto record = armor::Record::parse(as_bytes(key.record));
        if (!record) return fail(702, "Stored keys are damaged", record.error().text);
        const bool is_wiped = key.seal_secret.equal(armor::SecretBytes<32>().view());
        if (!is_wiped)
            seals.push_back({record->fingerprint(), armor::SealingPair::from_secret(key.seal_secret)});
    }
    auto record = armor::Record::parse(as_bytes(own.back().record));
    if (!record) return fail(702, "Stored keys are damaged", record.error().text);
    return std::make_shared<const HeldKeys>(HeldKeys{std::move(*record),
                                                     armor::SigningPair::from_seed(own.back().sign_seed),
                                                     std::move(seals), std::move(history), own.back().made});
}

Result<HeldKeysPtr> reload(Transaction& transaction) {
    auto own = transaction.keys().own();
    if (!own) return std::unexpected(std::move(own.error()));
    return hold(*own);
}

}  // namespace

Result<HeldKeysPtr> keep_keys(Transaction& transaction, const std::string& domain, Time now) {
    auto own = transaction.keys().own();
    if (!own) return std::unexpected(std::move(own.error()));
    for (const OwnKey& key : *own) {
        if (!key.retired || now - *key.retired < kRetiredKeyKept) continue;
        if (auto done = transaction.keys().wipe_own(key.serial); !done)
            return std::unexpected(std::move(done.error()));
    }
    const OwnKey* last = own->empty() ? nullptr : &own->back();
    if (last == nullptr || now - last->made >= kSealingKeyAge) {
        auto done = renew(transaction, domain, last, Signing::keep, now);
        if (!done) return std::unexpected(std::move(done.error()));
    }
    return reload(transaction);
}

Result<HeldKeysPtr> rotate_signing_key(Transaction& transaction, const std::string& domain, Time now) {
    auto own = transaction.keys().own();
    if (!own) return std::unexpected(std::move(own.error()));
    if (own->empty()) return keep_keys(transaction, domain, now);
    auto done = renew(transaction, domain, &own->back(), Signing::succeed, now);
    if (!done) return std::unexpected(std::move(done.error()));
    return reload(transaction);
}

}  // namespace immp::bridge
