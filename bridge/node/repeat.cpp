#include "bridge/node/repeat.hpp"

namespace immp::bridge {

Result<void> check_repeat(Transaction& transaction, AccountId account, const std::string& id,
                          const armor::Digest& digest) {
    if (id.empty()) return {};
    auto before = transaction.mailboxes().submission(account, id);
    if (!before) return std::unexpected(std::move(before.error()));
    if (!*before) return {};
    if (**before == digest) return fail(409, id);
    return fail(452, "This ID was used for another message");
}

}  // namespace immp::bridge
