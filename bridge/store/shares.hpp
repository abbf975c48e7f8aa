// Mailboxes that are no account's own, and what accounts may do in those of others. What a member has read is
// his own: Mailboxes and References know it by FolderView.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "bridge/mail/rights.hpp"
#include "bridge/store/mailboxes.hpp"

namespace immp::bridge {

/// Rights of one mailbox, its folders included. 413.
inline constexpr std::uint64_t kMaxShares = 1000;

/// What one account has in one place.
struct Share {
    std::string owner;   ///< whose mailbox: an IMID
    std::string path;    ///< the folder; empty: the whole mailbox
    std::string member;  ///< an IMID
    Rights rights;
};

/// What an account may do in a mailbox, as it is looked up for each command.
struct Grant {
    std::string path_key;  ///< of the folder (folder_key.hpp); empty: the whole mailbox
    Rights rights;
};

class Shares {
  public:
    virtual ~Shares() = default;
    /// A shared mailbox: an account with the default folders that nobody logs in to. 409 if the name is
    /// taken.
    [[nodiscard]] virtual Result<AccountId> add_mailbox(std::string_view imid, Time now) = 0;
    /// With all its mail. 404 for what is no shared mailbox.
    [[nodiscard]] virtual Result<void> remove_mailbox(std::string_view imid) = 0;
    [[nodiscard]] virtual Result<bool> is_mailbox(AccountId account) = 0;
    /// All shared mailboxes by name.
    [[nodiscard]] virtual Result<std::vector<std::string>> mailboxes() = 0;

    /// In the place of what was given before; none: it ends. `folder` is of `owner`. 413.
    [[nodiscard]] virtual Result<void> give(AccountId owner, std::optional<FolderId> folder, AccountId member,
                                            Rights rights) = 0;
    /// Of exactly this place, by member.
    [[nodiscard]] virtual Result<std::vector<Share>> given(AccountId owner,
                                                           std::optional<FolderId> folder) = 0;
    /// All that others have given to this account, by owner and path.
    [[nodiscard]] virtual Result<std::vector<Share>> held(AccountId member) = 0;
    /// What the member may do in this mailbox.
    [[nodiscard]] virtual Result<std::vector<Grant>> grants(AccountId owner, AccountId member) = 0;

    /// Who wrote `message` in the name of the mailbox of `owner`, for those who read it there.
    [[nodiscard]] virtual Result<void> note_sender(AccountId owner, MessageId message,
                                                   std::string_view sender) = 0;
    [[nodiscard]] virtual Result<std::optional<std::string>> sender(AccountId owner, MessageId message) = 0;
};

}  // namespace immp::bridge
