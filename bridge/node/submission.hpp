// DONE of a local user: what was sent becomes a message, in mailboxes here and in the outbox for elsewhere.
#pragma once

#include <vector>

#include "bridge/node/body_stage.hpp"
#include "bridge/node/mail_drop.hpp"
#include "bridge/node/rates.hpp"
#include "bridge/session/request.hpp"

namespace immp::bridge {

struct SubmissionContext : DropContext {
    std::shared_ptr<RateMeter> rate;
};

/// One write transaction's work. `bodies` in the order of submit.parts. 409 (text: the UUID) and 452 by `ID`
/// (decisions, 5); 403 for a FROM that the account may not use; 441 where the mailbox in whose name
/// it is has no room for the record; 429 for more
/// recipients than the account may write to now; 400, 413, 415 for its metadata part; 702.
[[nodiscard]] Result<Submitted> submit(Transaction& transaction, const Submit& request,
                                       const std::vector<StagedBody>& bodies,
                                       const SubmissionContext& context);

}  // namespace immp::bridge
