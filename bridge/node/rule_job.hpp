// A message that waits for programs (Rules::job), from one program to the next and to its end. Each step is
// one write transaction: whatever dies in between, the job is there at the next start and goes on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bridge/mail/segment.hpp"
#include "bridge/node/mail_drop.hpp"

namespace immp::bridge {

/// The program that must be asked before a job can go on.
struct ProgramCall {
    RuleId rule = 0;
    std::string program;
    std::vector<std::string> environment;  ///< `NAME=value`: addresses, the id, the length
    Segments message;                      ///< as MIME
};

/// What a program said on a rule.
struct ProgramVerdict {
    RuleId rule = 0;
    bool holds = false;
};

/// Takes the verdict, and goes on by the rules as they are now: to the next program, or to the end, where the
/// message lies where the rules put it, is forwarded, or refused with a bounce, and the job is gone. Nothing
/// comes back where it has ended, also before.
[[nodiscard]] Result<std::optional<ProgramCall>> advance_job(Transaction& transaction,
                                                             const DropContext& context, RuleJobId job,
                                                             std::optional<ProgramVerdict> verdict);

}  // namespace immp::bridge
