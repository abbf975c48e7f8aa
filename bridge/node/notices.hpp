// Mail that the server itself writes, into the store.
#pragma once

#include "bridge/mail/notice.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

/// Stores the notice's body; the message can be added or dropped then.
[[nodiscard]] Result<void> settle_notice(Transaction& transaction, Notice& notice, Time now);

}  // namespace immp::bridge
