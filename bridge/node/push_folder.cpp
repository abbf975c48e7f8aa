#include "bridge/node/push_folder.hpp"

namespace immp::bridge {

Result<FolderId> push_folder(Transaction& transaction, AccountId account) {
    auto folder = transaction.mailboxes().folder(account, kPushFolder);
    if (!folder) return std::unexpected(std::move(folder.error()));
    if (*folder) return (*folder)->id;
    return transaction.mailboxes().create_folder(account, kPushFolder);
}

}  // namespace immp::bridge
