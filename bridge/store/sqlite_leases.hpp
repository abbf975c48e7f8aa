#pragma once

#include "bridge/store/leases.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

class SqliteLeases final : public Leases {
  public:
    explicit SqliteLeases(Database& connection) : db_(connection) {}

    Result<void> take(std::string_view lease, const FolderView& view, std::string_view uuid,
                      Time ends) override;
    Result<std::optional<Leased>> find(std::string_view lease, AccountId account) override;
    Result<void> commit(std::string_view lease, AccountId account, Time now) override;
    Result<std::uint64_t> end(Time now, Time forget) override;

  private:
    [[nodiscard]] Result<void> bring_back(std::string_view lease);

    Database& db_;
};

}  // namespace immp::bridge
