// The words of messages for `text=`: gathered behind the acceptance of mail, in small steps, by housekeeping
// and before each search. So taking mail costs nothing more, and a search finds all that was taken before it.
#pragma once

#include <functional>

#include "bridge/session/request.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

/// Looks at some messages that were not looked at; how many. One write transaction's work, bounded: call
/// again until it is 0.
[[nodiscard]] Result<std::uint64_t> gather_words(Transaction& transaction);

/// Gathers until nothing is left, in writes of their own, then calls back on the I/O thread. 705 where too
/// much is left, as after an upgrade: housekeeping goes on with it.
void gather_all_words(Store& store, std::move_only_function<void(Result<Done>)> done);

/// CHECK's answer for `text=`: a read transaction's. 404.
[[nodiscard]] Result<MailboxStatus> check_words(Transaction& transaction, const CheckMailbox& request);

}  // namespace immp::bridge
