#include "bridge/node/place.hpp"

namespace immp::bridge {

Result<AccountId> account_of(Transaction& transaction, const std::string& imid) {
    auto account = transaction.accounts().find(imid);
    if (!account) return std::unexpected(std::move(account.error()));
    if (!*account) return fail(404, "No such mailbox");
    return **account;
}

Result<Folder> folder_of(Transaction& transaction, AccountId account, const std::string& path) {
    auto folder = transaction.mailboxes().folder(account, path);
    if (!folder) return std::unexpected(std::move(folder.error()));
    if (!*folder) return fail(404, "No such folder");
    return std::move(**folder);
}

Result<Folder> folder_of(Transaction& transaction, const std::string& imid, const std::string& path) {
    auto account = account_of(transaction, imid);
    if (!account) return std::unexpected(std::move(account.error()));
    return folder_of(transaction, *account, path);
}

}  // namespace immp::bridge
