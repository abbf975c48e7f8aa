#pragma once

#include "bridge/store/quotas.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

/// Of accounts' columns `used, coalesce(quota, -1)`, from this one on.
[[nodiscard]] Usage read_usage(const Row& row, int first);

class SqliteQuotas final : public Quotas {
  public:
    explicit SqliteQuotas(Database& connection) : db_(connection) {}

    Result<Usage> usage(AccountId account) override;
    Result<void> set_limit(AccountId account, std::optional<std::uint64_t> bytes) override;
    Result<bool> holds(AccountId account, MessageId message) override;

  private:
    Database& db_;
};

}  // namespace immp::bridge
