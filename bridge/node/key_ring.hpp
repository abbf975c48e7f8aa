// Our domain's keys in use: made at the first start, sealing keys renewed weekly, old secrets wiped
// (decisions, 4).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "armor/bundle.hpp"
#include "armor/key_record.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

/// A sealing key is replaced at this age, and its secret wiped this long after.
inline constexpr std::chrono::days kSealingKeyAge{7};
inline constexpr std::chrono::days kRetiredKeyKept{8};
/// `not-after` of a record: four times its age at replacement, for daemons that were off.
inline constexpr std::chrono::days kRecordLife{28};

/// The keys as they are at one moment. Shared with workers: never changed, only replaced.
struct HeldKeys {
    armor::Record record;
    armor::SigningPair signing;
    std::vector<armor::HeldSeal> seals;  ///< the current one and those not yet wiped
    std::vector<std::string> history;    ///< all our records, oldest first
    Time made;
};
using HeldKeysPtr = std::shared_ptr<const HeldKeys>;

/// Loads the keys, making, renewing and wiping as `now` demands. One write transaction's work; what it
/// returns holds once that is durable.
[[nodiscard]] Result<HeldKeysPtr> keep_keys(Transaction& transaction, const std::string& domain, Time now);

/// A new signing key in place of a lost or stolen one (`immpd keys rotate`): the one that the last record
/// committed to.
[[nodiscard]] Result<HeldKeysPtr> rotate_signing_key(Transaction& transaction, const std::string& domain,
                                                     Time now);

}  // namespace immp::bridge
