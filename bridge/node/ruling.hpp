// What the rules of a mailbox do to a message that it takes. Each is a part of the transaction that takes it,
// or of the one that ends its wait for a program.
#pragma once

#include "bridge/mail/rule.hpp"
#include "bridge/node/mail_drop.hpp"

namespace immp::bridge {

/// Messages of one account that may wait for its programs; 705.
inline constexpr std::uint64_t kMaxRuleJobs = 1'000;
/// How long it is known what was forwarded where: as long as a repeat may come (kDedupeKept).
inline constexpr std::chrono::days kForwardsKept{30};

/// A message and the mailbox that takes it. All outlive it.
struct Ruled {
    const DropContext& context;
    Addressee addressee;
    const Imid& recipient;  ///< with the tag by which it came
    const Message& message;
};

[[nodiscard]] Result<RulePlan> ruled_plan(Transaction& transaction, const Ruled& ruled,
                                          const RuleVerdicts& verdicts);

/// Files the stored message where the plan says, forwards it, and answers if its owner is away. A folder that
/// is gone is INBOX; what cannot be forwarded comes back to the mailbox's owner as a bounce.
[[nodiscard]] Result<void> file_by_plan(Transaction& transaction, const Ruled& ruled, MessageId message,
                                        const RulePlan& plan);

/// Hides the stored message until a program was asked, as a job (Rules::job) of its own, and rings.
[[nodiscard]] Result<void> hold_for_program(Transaction& transaction, const Ruled& ruled, MessageId message);

/// Tells the sender of a message that was taken that a rule refused it after all: by a bounce in his INBOX,
/// or sent to his domain. Nobody is told of a bounce's refusal, nor is an anonymous sender.
[[nodiscard]] Result<void> bounce_ruled(Transaction& transaction, const Ruled& ruled,
                                        const std::string& reason);

}  // namespace immp::bridge
