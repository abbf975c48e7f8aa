// Blocked senders: a list for each account and one of the server's, and what was refused for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "bridge/mail/block.hpp"
#include "bridge/store/accounts.hpp"

namespace immp::bridge {

/// Whose list it is; nothing: the server's.
using BlockOwner = std::optional<AccountId>;

struct RefusedMail {
    Time at;
    std::string sender;
    int code = 0;
    std::string pattern;  ///< of the block
};

class Blocks {
  public:
    virtual ~Blocks() = default;
    /// 409 if the pattern is there; 413 if the list has `most` already.
    [[nodiscard]] virtual Result<void> add(BlockOwner owner, const Block& block, std::uint64_t most) = 0;
    /// 404.
    [[nodiscard]] virtual Result<void> drop(BlockOwner owner, std::string_view pattern) = 0;
    /// In the order of patterns, those that have expired left out.
    [[nodiscard]] virtual Result<std::vector<Block>> list(BlockOwner owner, Time now) = 0;
    /// What may stop this sender: blocks whose pattern is the address or the domain, and all globs; the
    /// caller looks whether they match.
    [[nodiscard]] virtual Result<std::vector<Block>> candidates(BlockOwner owner, std::string_view address,
                                                                std::string_view domain, Time now) = 0;
    /// A bounded number that expired; call again until it is 0.
    [[nodiscard]] virtual Result<std::uint64_t> forget_expired(Time now) = 0;

    /// Keeps the newest `most` of the account.
    [[nodiscard]] virtual Result<void> note_refused(AccountId account, const RefusedMail& mail,
                                                    std::uint32_t most) = 0;
    /// Newest first.
    [[nodiscard]] virtual Result<std::vector<RefusedMail>> refused(AccountId account) = 0;
};

}  // namespace immp::bridge
