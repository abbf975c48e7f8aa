// When one record may take another's place: the rules of a pin (decisions, 4). Pure; the pin itself is the
// store's.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>

#include "armor/error.hpp"
#include "armor/key_record.hpp"

namespace immp::armor {

/// Records of one history; more is 413. Ten years of weekly sealing keys.
inline constexpr std::size_t kMaxHistoryRecords = 520;

/// One step: `candidate` names the same owner, its serial is higher, and either it stands under the same
/// signing key, or it names `current` as its previous, carries that key's signature and is the key `current`
/// committed to, if it did. A commitment once made stays until its key is shown. 412, with the rule that
/// failed as the text.
[[nodiscard]] Result<void> follows(const Record& current, const Record& candidate);

/// Whether the last of `chain` (oldest first, as `+HISTORY` gives it; one record if there is no history) may
/// take the place of `pinned`. Records up to the pinned serial are passed over. The pinned record itself is
/// always accepted. 412, 413 (too many), 400 (empty).
[[nodiscard]] Result<void> succeeds(const Record& pinned, std::span<const Record> chain);

/// 424 before not-before (less kClockSkew) and after not-after. Temporary before, for good after.
[[nodiscard]] Result<void> in_force(const Record& record, std::chrono::sys_seconds now);

/// A user's record is countersigned by exactly this record of its domain. 412 for another domain or
/// fingerprint, 422.
[[nodiscard]] Result<void> vouched_by(const Record& user, const Record& domain);

}  // namespace immp::armor
