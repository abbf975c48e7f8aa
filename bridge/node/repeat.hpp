// An ID that an account gave before.
#pragma once

#include <string>

#include "bridge/store/store.hpp"

namespace immp::bridge {

/// 409 (text: the id) where the account submitted the same under it, 452 for something else (decisions, 5).
[[nodiscard]] Result<void> check_repeat(Transaction& transaction, AccountId account, const std::string& id,
                                        const armor::Digest& digest);

}  // namespace immp::bridge
