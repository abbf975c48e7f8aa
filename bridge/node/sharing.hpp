// MBOX SHARE, and what shared mailboxes need beside it: owners, seats, who writes in their name. Each is one
// transaction's work.
#pragma once

#include <optional>
#include <string>

#include "bridge/node/place.hpp"
#include "bridge/session/request.hpp"

namespace immp::bridge {

[[nodiscard]] Result<Shared> share_mailbox(Transaction& transaction, const ShareMailbox& request);
/// Read transactions'.
[[nodiscard]] Result<ShareList> list_shares(Transaction& transaction, const ListShares& request);
[[nodiscard]] Result<ShareList> list_held_shares(Transaction& transaction, const ListHeldShares& request);

/// The administrator's: the account has all rights to the shared mailbox from now on. 404 for either, 413.
[[nodiscard]] Result<Done> add_owner(Transaction& transaction, const std::string& mailbox,
                                     const std::string& account);

/// In whose name a delivery goes.
struct Writer {
    AccountId mailbox = 0;  ///< in whose SENT the copy lies
    std::string name;       ///< of that mailbox: who is told of what becomes of it
    std::string from;       ///< as the recipients see it
    bool is_other = false;  ///< another's name: who wrote is recorded
};
/// 403 for a name that the account may not use, whether it exists or not.
[[nodiscard]] Result<Writer> writer_of(Transaction& transaction, const Submit& request);

/// Where mail for `recipient` goes: a mailbox, and the folder in it without a tag.
struct Addressee {
    AccountId account = 0;
    std::string top{kInbox};
};
/// Nothing where there is no such account, shared mailbox or seat.
[[nodiscard]] Result<std::optional<Addressee>> addressee_of(Transaction& transaction, const Imid& recipient);

}  // namespace immp::bridge
