#pragma once

#include "bridge/store/rules.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

class SqliteRules final : public Rules {
  public:
    explicit SqliteRules(Database& connection) : db_(connection) {}

    Result<void> add(AccountId account, const Rule& rule, std::string_view before) override;
    Result<void> drop(AccountId account, std::string_view name) override;
    Result<std::vector<Rule>> list(AccountId account) override;

    Result<void> add_job(AccountId account, std::string_view lease, std::string_view recipient) override;
    Result<std::uint64_t> jobs_of(AccountId account) override;
    Result<std::vector<RuleJobId>> jobs(std::uint32_t most) override;
    Result<std::optional<RuleJob>> job(RuleJobId id) override;
    Result<void> set_verdicts(RuleJobId id, const RuleVerdicts& verdicts) override;
    Result<void> end_job(const RuleJob& job) override;

    Result<bool> note_forward(AccountId account, std::string_view uuid, std::string_view target,
                              Time now) override;
    Result<std::uint64_t> forget_forwards(Time before) override;

  private:
    [[nodiscard]] Result<void> check_room(AccountId account, const Rule& rule);
    /// Where the rule will stand; those from there on make room.
    [[nodiscard]] Result<std::int64_t> make_place(AccountId account, std::string_view before);

    Database& db_;
};

}  // namespace immp::bridge
