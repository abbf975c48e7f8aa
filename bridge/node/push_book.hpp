// Whom an account lets push: PUSH MINT, LIST, APPROVE, BLOCK, FORGET. Each is one transaction's work.
#pragma once

#include "bridge/node/mail_drop.hpp"
#include "bridge/session/request.hpp"

namespace immp::bridge {

[[nodiscard]] Result<MintedToken> mint_token(Transaction& transaction, const MintToken& request, Time now);
/// A read transaction's.
[[nodiscard]] Result<PushSourceList> list_push_sources(Transaction& transaction,
                                                       const ListPushSources& request);
/// An approved source's waiting pushes go to /PUSH, a blocked or forgotten one's go. 441 where there is no
/// room for them: then nothing has changed.
[[nodiscard]] Result<Done> judge_push_source(Transaction& transaction, const JudgePushSource& request,
                                             const DropContext& context);

}  // namespace immp::bridge
