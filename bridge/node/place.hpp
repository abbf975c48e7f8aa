// From names to rows: the account and folder that a question names.
#pragma once

#include <string>

#include "bridge/store/store.hpp"

namespace immp::bridge {

/// 404 if there is no such account.
[[nodiscard]] Result<AccountId> account_of(Transaction& transaction, const std::string& imid);
/// 404 if there is no such folder.
[[nodiscard]] Result<Folder> folder_of(Transaction& transaction, AccountId account, const std::string& path);
[[nodiscard]] Result<Folder> folder_of(Transaction& transaction, const std::string& imid,
                                       const std::string& path);

}  // namespace immp::bridge
