#pragma once

#include "bridge/store/outbox.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

class SqliteOutbox final : public Outbox {
  public:
    explicit SqliteOutbox(Database& connection) : db_(connection) {}

    Result<OutboxId> add(const OutboxRow& row) override;
    Result<std::vector<WaitingDomain>> waiting() override;
    Result<std::vector<OutboxRow>> claim(std::string_view destination, std::string_view owner,
                                         const ClaimLimits& limits, Time now, Time lease_end) override;
    Result<void> place(std::string_view bundle, const std::vector<Placement>& placements) override;
    Result<std::vector<OutboxRow>> in_bundle(std::string_view bundle) override;
    Result<void> finish(OutboxId row) override;
    Result<std::uint64_t> withdraw(std::string_view recipient, std::string_view token,
                                   std::string_view from) override;
    Result<void> reschedule(OutboxId row, Time next_try, std::string_view error) override;
    Result<void> explain(std::string_view destination, std::string_view error, Time now) override;
    Result<void> hasten(std::string_view destination, Time now) override;
    Result<std::vector<OutboxRow>> delayed(Time until, std::uint32_t most) override;
    Result<std::vector<OutboxRow>> expired(Time until, std::uint32_t most) override;
    Result<void> note_delay(OutboxId row) override;

  private:
    Result<void> place_row(std::string_view bundle, const Placement& placement);

    Database& db_;
};

}  // namespace immp::bridge
