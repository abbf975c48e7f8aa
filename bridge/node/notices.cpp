#include "bridge/node/notices.hpp"

#include "bridge/mail/settings.hpp"
#include "bridge/node/place.hpp"
#include "bridge/node/preferences.hpp"

namespace immp::bridge {

Result<void> settle_notice(Transaction& transaction, Notice& notice, Time now) {
    auto body = transaction.bodies().create(now);
    if (!body) return std::unexpected(std::move(body.error()));
    notice.message.parts.front().body = *body;
    return transaction.bodies().append(*body, notice.text);
}

Result<void> file_notice(Transaction& transaction, const std::string& account, Notice notice,
                         const std::function<std::string()>& uuid, Time now) {
    auto found = transaction.accounts().find(account);
    if (!found) return std::unexpected(std::move(found.error()));
    if (!*found) return {};
    auto folder = transaction.mailboxes().folder(**found, kInbox);
    if (!folder) return std::unexpected(std::move(folder.error()));
    if (!*folder) return fail(702, "Storage failed", "an account without INBOX");
    if (auto settled = settle_notice(transaction, notice, now); !settled) return settled;
    auto message = transaction.mailboxes().add(notice.message);
    if (!message) return std::unexpected(std::move(message.error()));
    auto filed = transaction.mailboxes().file(*message, (*folder)->id, Mark::unread, uuid(), now);
    if (!filed) return std::unexpected(std::move(filed.error()));
    return {};
}

Result<std::string> language_of(Transaction& transaction, const std::string& account) {
    auto found = transaction.accounts().find(account);
    if (!found) return std::unexpected(std::move(found.error()));
    if (!*found) return std::string();
    return setting_of(transaction, **found, kLanguageSetting);
}

}  // namespace immp::bridge
