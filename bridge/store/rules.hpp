// Rules of accounts, messages that wait for a program's word on one, and what was forwarded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "bridge/mail/rule.hpp"
#include "bridge/store/mailboxes.hpp"

namespace immp::bridge {

using RuleJobId = std::int64_t;

/// A message that came to `recipient` and lies in no folder until a program was asked.
struct RuleJob {
    RuleJobId id = 0;
    AccountId account = 0;
    std::string lease;      ///< that hides it (leases.hpp)
    MessageId message = 0;  ///< the lease's
    std::string recipient;  ///< whole IMID text, with its tag
    RuleVerdicts verdicts;  ///< of the programs that were asked already
};

class Rules {
  public:
    virtual ~Rules() = default;
    /// At the end, or before the rule of that name (404). 409 if the name is there; 413 over the bounds of
    /// rule.hpp.
    [[nodiscard]] virtual Result<void> add(AccountId account, const Rule& rule, std::string_view before) = 0;
    /// 404.
    [[nodiscard]] virtual Result<void> drop(AccountId account, std::string_view name) = 0;
    /// In their order.
    [[nodiscard]] virtual Result<std::vector<Rule>> list(AccountId account) = 0;

    /// A job for what `lease` has taken.
    [[nodiscard]] virtual Result<void> add_job(AccountId account, std::string_view lease,
                                               std::string_view recipient) = 0;
    [[nodiscard]] virtual Result<std::uint64_t> jobs_of(AccountId account) = 0;
    /// The oldest.
    [[nodiscard]] virtual Result<std::vector<RuleJobId>> jobs(std::uint32_t most) = 0;
    /// Nothing where it has ended.
    [[nodiscard]] virtual Result<std::optional<RuleJob>> job(RuleJobId id) = 0;
    [[nodiscard]] virtual Result<void> set_verdicts(RuleJobId id, const RuleVerdicts& verdicts) = 0;
    /// Ends the job and its lease; a message that lies nowhere else goes with it.
    [[nodiscard]] virtual Result<void> end_job(const RuleJob& job) = 0;

    /// True where the account has not forwarded this message there yet; from now on it has.
    [[nodiscard]] virtual Result<bool> note_forward(AccountId account, std::string_view uuid,
                                                    std::string_view target, Time now) = 0;
    /// A bounded number that are older; call again until it is 0.
    [[nodiscard]] virtual Result<std::uint64_t> forget_forwards(Time before) = 0;
};

}  // namespace immp::bridge
