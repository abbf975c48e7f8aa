#include "armor/key_chain.hpp"

#include <string>

namespace immp::armor {
namespace {

std::unexpected<Error> not_after(std::string rule) {
    return fail(412, "key changed: " + std::move(rule));
}

Result<void> follows_under_same_key(const Record& current, const Record& candidate) {
    const std::optional<Digest>& committed = current.claims().next;
    if (committed && candidate.claims().next != committed)
        return not_after("the commitment to the next key was dropped");
    if (candidate.previous_signature() && candidate.claims().previous == current.fingerprint())
        return not_after("signed twice by the same key");
    return {};
}

Result<void> follows_under_new_key(const Record& current, const Record& candidate) {
    const RecordClaims& claims = candidate.claims();
    if (claims.previous != current.fingerprint()) return not_after("the chain is broken");
    if (!candidate.previous_signature() ||
        !verify(current.claims().sign, candidate.fingerprint(), *candidate.previous_signature()))
        return not_after("the key before did not sign it");
    if (current.claims().next && commit_next(claims.sign) != *current.claims().next)
        return not_after("another key was committed to");
    return {};
}

}  // namespace

Result<void> follows(const Record& current, const Record& candidate) {
    const RecordClaims& before = current.claims();
    const RecordClaims& after = candidate.claims();
    if (before.owner != after.owner || before.name != after.name) return not_after("it is another's record");
    if (after.serial <= before.serial) return not_after("the serial does not rise");
    if (after.sign == before.sign) return follows_under_same_key(current, candidate);
    return follows_under_new_key(current, candidate);
}

Result<void> succeeds(const Record& pinned, std::span<const Record> chain) {
    if (chain.empty()) return fail(400, "no record");
    if (chain.size() > kMaxHistoryRecords) return fail(413, "too many records");
    if (chain.back().fingerprint() == pinned.fingerprint()) return {};
    const Record* current = &pinned;
    for (const Record& record : chain) {
        const bool passed_over = &record != &chain.back() && record.claims().serial <= pinned.claims().serial;
        if (passed_over) continue;
        if (const auto step = follows(*current, record); !step) return step;
        current = &record;
    }
    return {};
}

Result<void> in_force(const Record& record, std::chrono::sys_seconds now) {
    const RecordClaims& claims = record.claims();
    if (now + kClockSkew < claims.not_before)
        return fail_for_now(424, "the key record is not yet in force", claims.not_before - now);
    if (now > claims.not_after) return fail(424, "the key record has expired");
    return {};
}

Result<void> vouched_by(const Record& user, const Record& domain) {
    const std::string& name = user.claims().name;
    const bool belongs = user.claims().owner == Owner::kUser && domain.claims().owner == Owner::kDomain &&
                         name.substr(name.find('@') + 1) == domain.claims().name;
    if (!belongs || !user.vouch() || user.vouch()->domain_fp != domain.fingerprint())
        return fail(412, "the record is not vouched for by this domain");
    if (!verify(domain.claims().sign, vouch_digest(user.fingerprint()), user.vouch()->signature))
        return fail(422, "the domain's countersignature does not hold");
    return {};
}

}  // namespace immp::armor
