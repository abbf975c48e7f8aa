// Mail that the server itself writes, into the store.
#pragma once

#include <functional>
#include <string>

#include "bridge/mail/notice.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

/// Stores the notice's body; the message can be added or dropped then.
[[nodiscard]] Result<void> settle_notice(Transaction& transaction, Notice& notice, Time now);

/// Into the account's INBOX, past its rules and its quota. Nothing where the account is gone: nobody is left
/// to tell.
[[nodiscard]] Result<void> file_notice(Transaction& transaction, const std::string& account, Notice notice,
                                       const std::function<std::string()>& uuid, Time now);

/// The language that the account reads (SET LANGUAGE); empty where it is gone.
[[nodiscard]] Result<std::string> language_of(Transaction& transaction, const std::string& account);

}  // namespace immp::bridge
