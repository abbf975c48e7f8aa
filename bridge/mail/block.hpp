// A blocked sender (the draft's empty section 3.10): whom a pattern means, and what becomes of his mail.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "armor/error.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// Octets of a block's reason; more is 413.
inline constexpr std::size_t kMaxReasonBytes = 400;
/// Blocks of one account, and of the server; one more is 413.
inline constexpr std::size_t kMaxBlocks = 1'000;
inline constexpr std::size_t kMaxServerBlocks = 100'000;
/// Refused mail that is remembered for an account.
inline constexpr std::uint32_t kMaxRefused = 200;

/// By strength: where several blocks match, the last of these counts.
enum class BlockAction {
    junk,    ///< filed in JUNK; the sender sees no difference
    drop,    ///< thrown away; the sender sees no difference. Only where the list's owner says so.
    reject,  ///< refused, and the sender is told
};

struct Block {
    std::string pattern;  ///< in its one form
    BlockAction action = BlockAction::reject;
    std::string reason;
    Time made;
    std::optional<Time> expires;
};

[[nodiscard]] std::string_view action_name(BlockAction action);
[[nodiscard]] std::optional<BlockAction> action_of(std::string_view name);

/// A pattern is an address (`bob@b.example`), a domain (`b.example`), or either with `*` for any octets:
/// `*@b.example`, `news*@*.example`, `*.b.example`. Its one form: prepared as names are. 400, 415.
[[nodiscard]] Result<std::string> parse_block_pattern(std::string_view text);
[[nodiscard]] bool is_glob(std::string_view pattern);

/// Whether a pattern means this sender: one without `@` his domain, else his address. A pattern with a `+`
/// is of no account: senders have none.
[[nodiscard]] bool block_matches(std::string_view pattern, std::string_view address, std::string_view domain);

/// `*` for any octets, also none; every other octet for itself.
[[nodiscard]] bool glob_matches(std::string_view glob, std::string_view text);

}  // namespace immp::bridge
