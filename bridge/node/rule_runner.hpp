// Asks the programs of rules about the messages that wait for them: a few at once, on threads of its own, so
// that neither sessions nor peers nor the store wait for one.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "bridge/node/program.hpp"
#include "bridge/node/rule_job.hpp"
#include "bridge/node/services.hpp"

namespace immp::bridge {

class RuleRunner {
  public:
    /// `services` outlive it.
    explicit RuleRunner(const NodeServices& services);
    /// Programs were stopped before: see stop().
    ~RuleRunner() = default;
    RuleRunner(const RuleRunner&) = delete;
    RuleRunner& operator=(const RuleRunner&) = delete;

    [[nodiscard]] const Programs& programs() const { return programs_; }
    /// Takes up what waits; `behind`, on the I/O thread, when all that was written before is synced. On the
    /// I/O thread; what failed for want of a disk is taken up by the next look.
    void look(std::function<void()> behind);
    /// Kills what runs and waits for its threads, which need the I/O thread: so another thread calls this.
    /// Their jobs stay for the next start.
    void stop();

  private:
    void take(const std::vector<RuleJobId>& jobs);
    /// On a thread of the pool, from the job's first program to its end.
    void work(RuleJobId job);
    [[nodiscard]] std::optional<ProgramVerdict> ask(const ProgramCall& call);
    void say(LogLevel level, std::string line);

    const NodeServices& services_;
    Programs programs_;
    std::set<RuleJobId> taken_;
    bool has_more_ = false;  ///< the last look had to leave some
    Workers pool_;
};

}  // namespace immp::bridge
