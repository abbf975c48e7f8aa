// Take and delete (decisions, 5): a reference that somebody fetched with +REMOVE is hidden until its COMMIT
// removes it, or its lease ends and brings it back. Leases are rows: a restart changes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "armor/error.hpp"
#include "bridge/store/mailboxes.hpp"

namespace immp::bridge {

struct Leased {
    AccountId owner = 0;
    std::string path;  ///< of the folder
};

class Leases {
  public:
    virtual ~Leases() = default;
    /// Hides the reference from everything else here. 404 if there is no such reference.
    [[nodiscard]] virtual Result<void> take(std::string_view lease, const FolderView& view,
                                            std::string_view uuid, Time ends) = 0;
    /// Where the reference lay that this account took, in whoever's mailbox; nothing once it was committed,
    /// and for a lease that is none of this account's.
    [[nodiscard]] virtual Result<std::optional<Leased>> find(std::string_view lease, AccountId account) = 0;
    /// Ends the reference for good; again: nothing more. 410 for a lease that ended before `now`, or is none
    /// of this account's.
    [[nodiscard]] virtual Result<void> commit(std::string_view lease, AccountId account, Time now) = 0;
    /// Brings back what was not committed until its end, and forgets leases that were committed and ended
    /// before `forget`; returns how many. Bounded: call again until it is 0.
    [[nodiscard]] virtual Result<std::uint64_t> end(Time now, Time forget) = 0;
};

}  // namespace immp::bridge
