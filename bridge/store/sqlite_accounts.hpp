#pragma once

#include "bridge/store/accounts.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

class SqliteAccounts final : public Accounts {
  public:
    explicit SqliteAccounts(Database& connection) : db_(connection) {}

    Result<AccountId> add(std::string_view imid, Time now) override;
    Result<std::optional<AccountId>> find(std::string_view imid) override;
    Result<void> remove(std::string_view imid) override;
    Result<std::vector<std::string>> list() override;
    Result<void> set_credential(AccountId account, std::string_view device,
                                const StoredCredential& credential, Time now) override;
    Result<std::optional<StoredCredential>> credential(AccountId account, std::string_view device) override;
    Result<std::vector<LoginSetting>> settings_in_use() override;
    Result<void> record_login(AccountId account, std::string_view device, Time now) override;
    Result<std::vector<Device>> devices(AccountId account) override;
    Result<void> revoke(AccountId account, std::string_view device) override;
    Result<std::optional<Bytes>> setting(std::string_view name) override;
    Result<void> set_setting(std::string_view name, ByteView value) override;

  private:
    Database& db_;
};

}  // namespace immp::bridge
