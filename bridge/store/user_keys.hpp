// Keys of users (decisions, 4): what ours published, and what other domains said of theirs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "bridge/mail/message.hpp"
#include "bridge/store/accounts.hpp"

namespace immp::bridge {

/// A user of another domain whose key was asked for.
struct PeerUser {
    Time asked;                        ///< when a request was last queued
    std::optional<Time> told;          ///< when his domain last answered
    std::vector<std::string> records;  ///< as it gave them, oldest first; none: he has no key of his own
};

class UserKeys {
  public:
    virtual ~UserKeys() = default;
    /// As published, oldest first.
    [[nodiscard]] virtual Result<std::vector<std::string>> records(AccountId account) = 0;
    /// 409 if there is one with this serial.
    [[nodiscard]] virtual Result<void> add(AccountId account, std::uint64_t serial, std::string_view record,
                                           Time now) = 0;
    /// 404 if there is none.
    [[nodiscard]] virtual Result<void> drop(AccountId account, std::uint64_t serial) = 0;

    [[nodiscard]] virtual Result<std::optional<PeerUser>> peer(std::string_view imid) = 0;
    /// What was told before stays until the answer.
    [[nodiscard]] virtual Result<void> note_asked(std::string_view imid, Time now) = 0;
    /// 404 where nobody asked for him.
    [[nodiscard]] virtual Result<void> note_told(std::string_view imid,
                                                 const std::vector<std::string>& records, Time now) = 0;
    /// Those who were last asked for at or before `until`; how many.
    [[nodiscard]] virtual Result<std::uint64_t> forget_peers(Time until) = 0;
};

}  // namespace immp::bridge
