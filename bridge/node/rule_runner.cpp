#include "bridge/node/rule_runner.hpp"

namespace immp::bridge {
namespace {

/// What is behind them lies in the store.
constexpr std::uint32_t kJobsInHand = 64;

/// A rendered message, piece by piece from the store.
class RenderedMessage {
  public:
    RenderedMessage(Store& store, const Segments& segments) : store_(store), segments_(segments) {}

    Result<std::string> next() {
        while (at_ < segments_.size()) {
            const Segment& segment = segments_[at_];
            if (const auto* text = std::get_if<std::string>(&segment)) {
                ++at_;
                if (!text->empty()) return *text;
                continue;
            }
            auto octets = next_of(std::get<BodySegment>(segment));
            if (!octets || !octets->empty()) return octets;
        }
        return std::string();
    }

  private:
    Result<std::string> next_of(const BodySegment& body) {
        auto stored = read_and_wait<std::string>(store_, [&](Transaction& transaction) {
            return transaction.bodies().read(body.body, offset_, step_bytes(body.encoding));
        });
        if (!stored) return stored;
        offset_ += stored->size();
        if (stored->empty()) {
            ++at_;
            offset_ = 0;
        }
        return encode_step(*std::move(stored), body.encoding);
    }

    Store& store_;
    const Segments& segments_;
    std::size_t at_ = 0;
    std::uint64_t offset_ = 0;
};

}  // namespace

RuleRunner::RuleRunner(const NodeServices& services)
    : services_(services), programs_(services.programs), pool_(services.programs.at_once) {}

void RuleRunner::look(std::function<void()> behind) {
    services_.store.write<std::vector<RuleJobId>>(
        [](Transaction& transaction) { return transaction.rules().jobs(kJobsInHand); },
        [this, behind = std::move(behind)](Result<std::vector<RuleJobId>> jobs) {
            if (jobs) take(*jobs);
            if (behind) behind();
        });
}

void RuleRunner::take(const std::vector<RuleJobId>& jobs) {
    has_more_ = jobs.size() == kJobsInHand;
    for (const RuleJobId job : jobs)
        if (taken_.insert(job).second) pool_.run([this, job] { work(job); });
}

void RuleRunner::work(RuleJobId job) {
    std::optional<ProgramVerdict> verdict;
    bool failed = false;
    while (true) {
        auto call =
            write_and_wait<std::optional<ProgramCall>>(services_.store, [&](Transaction& transaction) {
                return advance_job(transaction, drop_context(services_), job, verdict);
            });
        failed = !call;
        if (failed)
            say(LogLevel::error,
                "a message waits for its rules: " + call.error().text + " " + call.error().detail);
        if (failed || !*call) break;
        verdict = ask(**call);
        if (!verdict) return;  // The daemon ends.
    }
    services_.post([this, job, failed] {
        taken_.erase(job);
        // What failed would be found again at once; the tick looks, too.
        if (has_more_ && !failed) look({});
    });
}

std::optional<ProgramVerdict> RuleRunner::ask(const ProgramCall& call) {
    RenderedMessage message(services_.store, call.message);
    const ProgramEnd end = programs_.run(call.program, call.environment, [&] { return message.next(); });
    if (end.word == ProgramWord::stopped) return std::nullopt;
    if (end.word == ProgramWord::none)
        say(LogLevel::warning, "rule program " + call.program + ": " + end.why + "; its rule does not hold");
    return ProgramVerdict{call.rule, end.word == ProgramWord::yes};
}

void RuleRunner::say(LogLevel level, std::string line) {
    services_.post([log = services_.log, level, line = std::move(line)] { log(level, line); });
}

void RuleRunner::stop() {
    programs_.stop();
    pool_.stop();
}

}  // namespace immp::bridge
