// What MBOX SHARE asks of the node, and what it answers. A place is a mailbox (`path` empty) or a folder of
// it with all below. Another's mailbox in which one has no right is 404, whether it exists or not; 403 for
// who may look and not share.
#pragma once

#include <string>
#include <vector>

#include "bridge/mail/rights.hpp"

namespace immp::bridge {

/// `member` has these rights from now on, and no others; none: his access ends, at once. Answered with
/// Shared. 404 for a member who is no account here, or has no right to lose; 400 for rights that this place
/// does not have; 403 where a shared mailbox would lose its last owner; 413.
struct ShareMailbox {
    std::string account;
    std::string owner;  ///< whose mailbox; empty: the account's
    std::string path;
    std::string member;
    Rights rights;
};
/// Who may do what in exactly this place. Answered with ShareList.
struct ListShares {
    std::string account;
    std::string owner;
    std::string path;
};
/// What others share with the account. Answered with ShareList.
struct ListHeldShares {
    std::string account;
};

struct Shared {
    Rights rights;     ///< as they are stored
    std::string seat;  ///< the member's address in a shared mailbox; empty where there is none
};
struct ShareEntry {
    std::string name;  ///< the member; of ListHeldShares the place
    Rights rights;
};
using ShareList = std::vector<ShareEntry>;

}  // namespace immp::bridge
