// The one command table (decisions, 1): parsing, HELP, CAPS, errors, docs/protocol.md and tests come from it.
// What a verb does is bridge/session's; a verb that has no handler there yet is answered 701.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bridge/wire/state.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge {

enum class Verb : std::uint8_t {
    upgrade,
    noop,
    quit,
    help,
    caps,
    auth_secret,
    auth_response,
    auth_cookie,
    auth_renew,
    verify_cookie,
    device_list,
    device_add,
    device_revoke,
    deliver_to,
    deliver_add,
    data,
    chunk,
    done,
    abort,
    mbox_check,
    mbox_index,
    mbox_fetch,
    mbox_commit,
    mbox_create,
    mbox_rename,
    mbox_drop,
    mbox_move,
    mbox_copy,
    mbox_flag,
    mbox_remove,
    mbox_watch,
    mbox_quota,
    mbox_list,
    mbox_share,
    rule_list,
    rule_add,
    rule_drop,
    block_list,
    block_add,
    block_drop,
    block_refused,
    set_session,
    set_global,
    key_request,
    key_publish,
    push_to,
    push_mint,
    push_answer,
    push_list,
    push_approve,
    push_block,
    push_forget,
    publish_create,
    publish_to,
    publish_list,
    publish_admit,
    publish_refuse,
    publish_drop,
    subscribe_to,
    subscribe_list,
    unsubscribe,
};

/// Whether `AS <id>` may stand before the command; a breach is 400.
enum class Pipelining : std::uint8_t { allowed, refused, required };

/// Where on its line a command may stand; a breach is 400 for the whole line.
enum class Position : std::uint8_t { anywhere, last };

/// `NAME value...`, after the positional parameters.
struct ParameterSpec {
    std::string_view name;
    std::uint8_t values = 1;
    std::uint8_t at_most = 1;  ///< times it may stand there
};

struct CommandSpec {
    Verb verb;
    std::string_view keywords;  ///< "MBOX FETCH"; one or two words
    std::string_view synopsis;  ///< what follows them, for people
    States states;
    std::uint8_t min_positional = 0;
    std::uint8_t max_positional = 0;
    ParameterSpec parameters[9] = {};   ///< up to the first without a name
    std::string_view switches[5] = {};  ///< each form by itself: "+IMPORTANT", "-IMPORTANT"
    Pipelining pipelining = Pipelining::allowed;
    Position position = Position::anywhere;
};

[[nodiscard]] std::span<const CommandSpec> command_table();

struct FoundCommand {
    const CommandSpec* spec;
    std::size_t keywords;  ///< tokens that name it
};

/// By its first tokens, long forms included (AUTHENTICATE, FETCH).
[[nodiscard]] std::optional<FoundCommand> find_command(std::span<const Token> tokens);

/// 401 or 405 where the verb may not be used in this state (decisions, 1); nothing where it may.
[[nodiscard]] std::optional<int> state_refusal(const CommandSpec& spec, SessionState state);

/// A request line's first word as a browser or scanner sends it; the session closes.
[[nodiscard]] bool is_http_verb(const Token& token);

}  // namespace immp::bridge
