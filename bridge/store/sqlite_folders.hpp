#pragma once

#include "bridge/store/folders.hpp"
#include "bridge/store/mailboxes.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

class SqliteFolders final : public Folders {
  public:
    SqliteFolders(Database& connection, Mailboxes& mailboxes) : db_(connection), mailboxes_(mailboxes) {}

    Result<std::string> rename(AccountId account, std::string_view path, std::string_view to) override;
    Result<std::string> drop(AccountId account, std::string_view path) override;
    Result<std::uint64_t> sweep() override;

  private:
    [[nodiscard]] Result<std::vector<Folder>> subtree(AccountId account, std::string_view path);
    [[nodiscard]] Result<void> set_path(FolderId folder, std::string_view path);
    [[nodiscard]] Result<std::string> place_in_trash(AccountId account, std::string_view path);

    Database& db_;
    Mailboxes& mailboxes_;
};

}  // namespace immp::bridge
