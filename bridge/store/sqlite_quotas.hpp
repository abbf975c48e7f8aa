#pragma once

#include "bridge/store/quotas.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

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
