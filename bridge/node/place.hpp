// From names to rows: the mailbox and folder that a question names, and what its account may do there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/mail/rights.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

/// Where mail lies that names no other folder.
inline constexpr std::string_view kInbox = "/INBOX";
/// Below it each member of a shared mailbox has a folder by the local part of his account.
inline constexpr std::string_view kSeats = "/SEATS";

/// `refusal` if there is no such account.
[[nodiscard]] Result<AccountId> account_or(Transaction& transaction, const std::string& imid,
                                           std::unexpected<Error> refusal);
/// A mailbox that somebody names; 404.
[[nodiscard]] Result<AccountId> account_of(Transaction& transaction, const std::string& imid);
/// The account of a session; 403 if it was removed since the login.
[[nodiscard]] Result<AccountId> session_account(Transaction& transaction, const std::string& imid);

/// A mailbox in the eyes of an account that may do something in it.
struct Reach {
    AccountId owner = 0;
    std::optional<AccountId> member;  ///< none: it is the account's own
    std::string shown;                ///< stands before its paths; empty for one's own
    std::string seat;                 ///< whose seat was named: the local part of a member
    std::vector<Grant> grants;

    /// At a folder, whether it is there or not; an empty path means the whole mailbox.
    [[nodiscard]] Rights at(std::string_view path) const;
    /// The path in the mailbox of one that was written: a seat's INBOX is its folder there, and it has no
    /// others. 404.
    [[nodiscard]] Result<std::string> inside(const std::string& path) const;
    /// 404 where nothing may be seen there, 403 where this may not be done.
    [[nodiscard]] Result<void> allow(std::string_view path, Right needed) const;
};

/// `owner` empty: the account's own. 404 for a mailbox in which the account has no right, as for none.
[[nodiscard]] Result<Reach> reach_of(Transaction& transaction, const std::string& account,
                                     const std::string& owner);

/// A folder, and how the account sees it.
struct Site {
    Reach reach;
    Folder folder;

    [[nodiscard]] FolderView view() const { return {folder.id, reach.member}; }
    [[nodiscard]] std::string path() const { return reach.shown + folder.path; }
};

/// 404, 403.
[[nodiscard]] Result<Site> site_of(Transaction& transaction, const std::string& account,
                                   const std::string& owner, const std::string& path, Right needed);
[[nodiscard]] Result<Site> site_of(Transaction& transaction, Reach reach, const std::string& path,
                                   Right needed);

/// The folder above; empty for one at the top.
[[nodiscard]] std::string parent_of(std::string_view path);

}  // namespace immp::bridge
