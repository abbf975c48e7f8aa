#pragma once

#include "bridge/store/sqlite.hpp"
#include "bridge/store/user_keys.hpp"

namespace immp::bridge {

class SqliteUserKeys final : public UserKeys {
  public:
    explicit SqliteUserKeys(Database& connection) : db_(connection) {}

    Result<std::vector<std::string>> records(AccountId account) override;
    Result<void> add(AccountId account, std::uint64_t serial, std::string_view record, Time now) override;
    Result<void> drop(AccountId account, std::uint64_t serial) override;
    Result<std::optional<PeerUser>> peer(std::string_view imid) override;
    Result<void> note_asked(std::string_view imid, Time now) override;
    Result<void> note_told(std::string_view imid, const std::vector<std::string>& records, Time now) override;
    Result<std::uint64_t> forget_peers(Time until) override;

  private:
    Database& db_;
};

}  // namespace immp::bridge
