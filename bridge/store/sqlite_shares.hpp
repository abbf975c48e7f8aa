#pragma once

#include "bridge/store/shares.hpp"
#include "bridge/store/sqlite.hpp"
#include "bridge/store/sqlite_accounts.hpp"

namespace immp::bridge {

class SqliteShares final : public Shares {
  public:
    SqliteShares(Database& connection, SqliteAccounts& accounts) : db_(connection), accounts_(accounts) {}

    Result<AccountId> add_mailbox(std::string_view imid, Time now) override;
    Result<void> remove_mailbox(std::string_view imid) override;
    Result<bool> is_mailbox(AccountId account) override;
    Result<std::vector<std::string>> mailboxes() override;
    Result<void> give(AccountId owner, std::optional<FolderId> folder, AccountId member,
                      Rights rights) override;
    Result<std::vector<Share>> given(AccountId owner, std::optional<FolderId> folder) override;
    Result<std::vector<Share>> held(AccountId member) override;
    Result<std::vector<Grant>> grants(AccountId owner, AccountId member) override;
    Result<void> note_sender(AccountId owner, MessageId message, std::string_view sender) override;
    Result<std::optional<std::string>> sender(AccountId owner, MessageId message) override;

  private:
    Database& db_;
    SqliteAccounts& accounts_;
};

}  // namespace immp::bridge
