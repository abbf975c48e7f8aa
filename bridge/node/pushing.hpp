// What a session pushes: DONE of a PUSH TO, and PUSH ANSWER. Each is one write transaction's work.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bridge/node/body_stage.hpp"
#include "bridge/node/mail_drop.hpp"
#include "bridge/node/rates.hpp"
#include "bridge/session/request.hpp"

namespace immp::bridge {

struct PushContext : DropContext {
    std::shared_ptr<RateMeter> sender_rate;  ///< of accounts
    std::shared_ptr<RateMeter> domain_rate;  ///< of other domains
};
[[nodiscard]] PushContext push_context(const NodeServices& services);

/// Pushed, and the domain in whose outbox it waits; empty: none.
struct SentOut {
    Pushed pushed;
    std::string domain;
};

/// The errors are PushMessage's.
[[nodiscard]] Result<SentOut> push_message(Transaction& transaction, const PushMessage& push,
                                           const StagedBody& content, const PushContext& context);
/// The errors are AnswerPush's. The push is marked read.
[[nodiscard]] Result<SentOut> answer_push(Transaction& transaction, const AnswerPush& answer,
                                          const PushContext& context);

}  // namespace immp::bridge
