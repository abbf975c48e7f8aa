#include "bridge/node/rule_job.hpp"

#include "bridge/mail/message_mime.hpp"
#include "bridge/node/ruling.hpp"

namespace immp::bridge {
namespace {

ProgramCall call_of(const Rule& rule, const Ruled& ruled) {
    const Envelope& envelope = ruled.message.envelope;
    return {rule.id,
            rule.run,
            {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "IMMP_RULE=" + rule.name,
             "IMMP_RECIPIENT=" + ruled.recipient.text(), "IMMP_FROM=" + envelope.from,
             "IMMP_ID=" + envelope.id, "IMMP_LENGTH=" + std::to_string(ruled.message.length())},
            message_mime(ruled.message, envelope.id)};
}

Result<void> conclude(Transaction& transaction, const Ruled& ruled, const RuleJob& job,
                      const RulePlan& plan) {
    auto done = plan.reject ? bounce_ruled(transaction, ruled, *plan.reject)
                            : file_by_plan(transaction, ruled, job.message, plan);
    if (!done) return done;
    return transaction.rules().end_job(job);
}

}  // namespace

Result<std::optional<ProgramCall>> advance_job(Transaction& transaction, const DropContext& context,
                                               RuleJobId id, std::optional<ProgramVerdict> verdict) {
    auto job = transaction.rules().job(id);
    if (!job) return std::unexpected(std::move(job.error()));
    if (!*job) return std::nullopt;
    if (verdict) (*job)->verdicts[verdict->rule] = verdict->holds;
    const auto message = transaction.mailboxes().message((*job)->message);
    if (!message) return std::unexpected(message.error());
    const auto recipient = parse_imid((*job)->recipient);
    if (!*message || !recipient) return fail(702, "Storage failed", "a job without its message");
    const Ruled ruled{context, {(*job)->account}, *recipient, **message};
    const auto plan = ruled_plan(transaction, ruled, (*job)->verdicts);
    if (!plan) return std::unexpected(plan.error());
    if (!plan->run) {
        auto done = conclude(transaction, ruled, **job, *plan);
        if (!done) return std::unexpected(std::move(done.error()));
        return std::nullopt;
    }
    auto noted = transaction.rules().set_verdicts(id, (*job)->verdicts);
    if (!noted) return std::unexpected(std::move(noted.error()));
    return call_of(*plan->run, ruled);
}

}  // namespace immp::bridge
