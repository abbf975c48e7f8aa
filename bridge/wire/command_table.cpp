#include "bridge/wire/command_table.hpp"

#include <algorithm>
#include <array>

namespace immp::bridge {
namespace {

constexpr States kAll{SessionState::unencrypted, SessionState::unauthenticated, SessionState::local,
                      SessionState::remote};
constexpr States kPlain{SessionState::unencrypted};
constexpr States kLogin{SessionState::unauthenticated};
constexpr States kLocal{SessionState::local};
constexpr States kPeers{SessionState::local, SessionState::remote};
// A push with a minted token needs no login, so neither do its body and its end.
constexpr States kSecured{SessionState::unauthenticated, SessionState::local, SessionState::remote};

constexpr Pipelining kNoAs = Pipelining::refused;
constexpr Position kLast = Position::last;

// clang-format off
constexpr CommandSpec kCommands[] = {
    {.verb = Verb::upgrade, .keywords = "UPGRADE", .synopsis = "TLS3|TLS2", .states = kPlain,
     .min_positional = 1, .max_positional = 1, .pipelining = kNoAs, .position = kLast},
    {.verb = Verb::noop, .keywords = "NOOP", .synopsis = "", .states = kAll},
    {.verb = Verb::quit, .keywords = "QUIT", .synopsis = "", .states = kAll, .pipelining = kNoAs,
     .position = kLast},
    {.verb = Verb::help, .keywords = "HELP", .synopsis = "", .states = kAll},
    {.verb = Verb::caps, .keywords = "CAPS", .synopsis = "", .states = kAll},

    {.verb = Verb::auth_secret, .keywords = "AUTH SECRET", .synopsis = "<account> [<device>]", .states = kLogin,
     .min_positional = 1, .max_positional = 2, .pipelining = kNoAs, .position = kLast},
    {.verb = Verb::auth_response, .keywords = "AUTH RESPONSE",
     .synopsis = "SCRAM <proof> NONCE <nonce> [CB <binding>] | <40 hex>", .states = kLogin,
     .max_positional = 1, .parameters = {{"SCRAM"}, {"NONCE"}, {"CB"}}, .pipelining = kNoAs, .position = kLast},
    {.verb = Verb::auth_cookie, .keywords = "AUTH COOKIE", .synopsis = "<cookie> <issuer>", .states = kLogin,
     .min_positional = 2, .max_positional = 2, .pipelining = kNoAs, .position = kLast},
    {.verb = Verb::auth_renew, .keywords = "AUTH RENEW", .synopsis = "<StoredKey> <ServerKey>", .states = kLocal,
     .min_positional = 2, .max_positional = 2, .pipelining = kNoAs, .position = kLast},
    {.verb = Verb::verify_cookie, .keywords = "VERIFY COOKIE", .synopsis = "<cookie> <receiver> CB <binding>",
     .states = kLogin, .min_positional = 2, .max_positional = 2, .parameters = {{"CB"}}},
    {.verb = Verb::device_list, .keywords = "DEVICE LIST", .synopsis = "", .states = kLocal},
    {.verb = Verb::device_add, .keywords = "DEVICE ADD", .synopsis = "<name>", .states = kLocal,
     .min_positional = 1, .max_positional = 1},
    {.verb = Verb::device_revoke, .keywords = "DEVICE REVOKE", .synopsis = "<name>", .states = kLocal,
     .min_positional = 1, .max_positional = 1},

    {.verb = Verb::deliver_to, .keywords = "DELIVER TO",
     .synopsis = "<imid>[,<imid>...] [FROM <imid>] [ID <uuid>] [SUBJECT \"text\"] [EXPIRES <seconds>] "
                 "[+IMPORTANT|-IMPORTANT] [+MULTIPART] [+SECURE] [+ANONYMOUS]",
     .states = kPeers, .min_positional = 1, .max_positional = 1,
     .parameters = {{"FROM"}, {"ID"}, {"SUBJECT"}, {"EXPIRES"}},
     .switches = {"+IMPORTANT", "-IMPORTANT", "+MULTIPART", "+SECURE", "+ANONYMOUS"}},
    {.verb = Verb::deliver_add, .keywords = "DELIVER ADD", .synopsis = "<imid>[,<imid>...]", .states = kLocal,
     .min_positional = 1, .max_positional = 1},
    {.verb = Verb::data, .keywords = "DATA",
     .synopsis = "[[NAME] <name>] [TYPE <type>] [LENGTH <n>|CHUNKED] [+BASE64] [+CONTENT]", .states = kSecured,
     .max_positional = 1, .parameters = {{"NAME"}, {"TYPE"}, {"LENGTH"}, {"CHUNKED", 0}},
     .switches = {"+BASE64", "+CONTENT"}, .position = kLast},
    {.verb = Verb::chunk, .keywords = "CHUNK", .synopsis = "<n>", .states = kSecured, .min_positional = 1,
     .max_positional = 1, .pipelining = Pipelining::required, .position = kLast},
    {.verb = Verb::done, .keywords = "DONE", .synopsis = "", .states = kSecured},
    {.verb = Verb::abort, .keywords = "ABORT", .synopsis = "", .states = kSecured},

    {.verb = Verb::mbox_check, .keywords = "MBOX CHECK", .synopsis = "<path>[::<selector>] [+RECURSIVE]",
     .states = kLocal, .min_positional = 1, .max_positional = 1, .switches = {"+RECURSIVE"}},
    {.verb = Verb::mbox_index, .keywords = "MBOX INDEX",
     .synopsis = "<path>[::<selector>] [LIMIT <n>] [AFTER <cursor>] [+JSON]", .states = kLocal,
     .min_positional = 1, .max_positional = 1, .parameters = {{"LIMIT"}, {"AFTER"}}, .switches = {"+JSON"}},
    {.verb = Verb::mbox_fetch, .keywords = "MBOX FETCH",
     .synopsis = "<path>#<uuid> [PART <name>] [+JSON [+PRETTY]] [-READ] [+REMOVE]", .states = kLocal,
     .min_positional = 1, .max_positional = 1, .parameters = {{"PART"}},
     .switches = {"+JSON", "+PRETTY", "-READ", "+REMOVE"}},
    {.verb = Verb::mbox_commit, .keywords = "MBOX COMMIT", .synopsis = "<lease>", .states = kLocal,
     .min_positional = 1, .max_positional = 1},
    {.verb = Verb::mbox_create, .keywords = "MBOX CREATE", .synopsis = "<path>", .states = kLocal,
     .min_positional = 1, .max_positional = 1},
    {.verb = Verb::mbox_rename, .keywords = "MBOX RENAME", .synopsis = "<path> <path>", .states = kLocal,
     .min_positional = 2, .max_positional = 2},
    {.verb = Verb::mbox_drop, .keywords = "MBOX DROP", .synopsis = "<path>", .states = kLocal,
     .min_positional = 1, .max_positional = 1},
    {.verb = Verb::mbox_move, .keywords = "MBOX MOVE", .synopsis = "<path>#<uuid> <path>", .states = kLocal,
     .min_positional = 2, .max_positional = 2},
    {.verb = Verb::mbox_copy, .keywords = "MBOX COPY", .synopsis = "<path>#<uuid> <path>", .states = kLocal,
     .min_positional = 2, .max_positional = 2},
    {.verb = Verb::mbox_flag, .keywords = "MBOX FLAG", .synopsis = "<path>#<uuid> [+READ|-READ] [+FLAGGED|-FLAGGED]",
     .states = kLocal, .min_positional = 1, .max_positional = 1,
     .switches = {"+READ", "-READ", "+FLAGGED", "-FLAGGED"}},
    {.verb = Verb::mbox_remove, .keywords = "MBOX REMOVE", .synopsis = "<path>#<uuid>", .states = kLocal,
     .min_positional = 1, .max_positional = 1},
    {.verb = Verb::mbox_watch, .keywords = "MBOX WATCH", .synopsis = "<path>", .states = kLocal,
     .min_positional = 1, .max_positional = 1, .pipelining = Pipelining::required},
    {.verb = Verb::mbox_quota, .keywords = "MBOX QUOTA", .synopsis = "[<imid>]", .states = kLocal,
     .max_positional = 1},
    {.verb = Verb::mbox_list, .keywords = "MBOX LIST", .synopsis = "[<path>|<imid>]", .states = kLocal,
     .max_positional = 1},
    {.verb = Verb::mbox_share, .keywords = "MBOX SHARE",
     .synopsis = "[<path>|<imid> [<imid> RIGHTS <right>[,<right>...]|NONE]]", .states = kLocal,
     .max_positional = 2, .parameters = {{"RIGHTS"}}},

    {.verb = Verb::rule_list, .keywords = "RULE LIST", .synopsis = "", .states = kLocal},
    {.verb = Verb::rule_add, .keywords = "RULE ADD", 
     .synopsis = "<name> [BEFORE <name>] [FROM <pattern>] [TO <pattern>] [SUBJECT \"words\"] [LARGER <octets>] "
                 "[RUN <program>] [FILE <path>] [FORWARD <imid>] [REJECT \"reason\"] [+READ] [+FLAGGED] [+STOP]",
     .states = kLocal, .min_positional = 1, .max_positional = 1,
     .parameters = {{"BEFORE"}, {"FROM"}, {"TO"}, {"SUBJECT"}, {"LARGER"}, {"RUN"}, {"FILE"}, {"FORWARD"}, {"REJECT"}},
     .switches = {"+READ", "+FLAGGED", "+STOP"}},
    {.verb = Verb::rule_drop, .keywords = "RULE DROP", .synopsis = "<name>", .states = kLocal,
     .min_positional = 1, .max_positional = 1},
    {.verb = Verb::block_list, .keywords = "BLOCK LIST", .synopsis = "", .states = kLocal},
    {.verb = Verb::block_add, .keywords = "BLOCK ADD",
     .synopsis = "<pattern> [ACTION REJECT|JUNK|DROP] [EXPIRES <seconds>] [REASON \"text\"]", .states = kLocal,
     .min_positional = 1, .max_positional = 1, .parameters = {{"ACTION"}, {"EXPIRES"}, {"REASON"}}},
    {.verb = Verb::block_drop, .keywords = "BLOCK DROP", .synopsis = "<pattern>", .states = kLocal,
     .min_positional = 1, .max_positional = 1},
    {.verb = Verb::block_refused, .keywords = "BLOCK REFUSED", .synopsis = "", .states = kLocal},
    {.verb = Verb::set_session, .keywords = "SET", .synopsis = "[<name>[=<value>]]", .states = kLocal,
     .max_positional = 1, .pipelining = kNoAs},
    {.verb = Verb::set_global, .keywords = "SET GLOBAL", .synopsis = "[<name>[=<value>]]", .states = kLocal,
     .max_positional = 1, .pipelining = kNoAs},

    {.verb = Verb::key_request, .keywords = "KEY REQUEST", .synopsis = "<domain|imid> [+HISTORY]",
     .states = kPeers, .min_positional = 1, .max_positional = 1, .switches = {"+HISTORY"}},
    {.verb = Verb::key_publish, .keywords = "KEY PUBLISH", .synopsis = "", .states = kLocal},

    {.verb = Verb::push_to, .keywords = "PUSH TO",
     .synopsis = "<imid> FROM <publisher> [ID <uuid>] [TOKEN <token>] [TTL <seconds>] [ACTION \"label\" <uri>]... "
                 "[+IMPORTANT]",
     .states = kSecured, .min_positional = 1, .max_positional = 1,
     .parameters = {{"FROM"}, {"ID"}, {"TOKEN"}, {"TTL"}, {"ACTION", 2, 5}}, .switches = {"+IMPORTANT"}},
    {.verb = Verb::push_mint, .keywords = "PUSH MINT", .synopsis = "[FOR <publisher>] [USES <n>] [TTL <seconds>]",
     .states = kLocal, .parameters = {{"FOR"}, {"USES"}, {"TTL"}}},
    {.verb = Verb::push_answer, .keywords = "PUSH ANSWER", .synopsis = "<uuid> \"label\"", .states = kLocal,
     .min_positional = 2, .max_positional = 2},
    {.verb = Verb::push_list, .keywords = "PUSH LIST", .synopsis = "", .states = kLocal},
    {.verb = Verb::push_approve, .keywords = "PUSH APPROVE", .synopsis = "<source>", .states = kLocal,
     .min_positional = 1, .max_positional = 1},
    {.verb = Verb::push_block, .keywords = "PUSH BLOCK", .synopsis = "<source>", .states = kLocal,
     .min_positional = 1, .max_positional = 1},
    {.verb = Verb::push_forget, .keywords = "PUSH FORGET", .synopsis = "<source>", .states = kLocal,
     .min_positional = 1, .max_positional = 1},
    {.verb = Verb::publish_create, .keywords = "PUBLISH CREATE",
     .synopsis = "<node> [TITLE \"text\"] [DESCRIPTION \"text\"] [+OPEN|-OPEN]",
     .states = kLocal, .min_positional = 1, .max_positional = 1, .parameters = {{"TITLE"}, {"DESCRIPTION"}},
     .switches = {"+OPEN", "-OPEN"}},
    {.verb = Verb::publish_to, .keywords = "PUBLISH TO", .synopsis = "<node> [ID <uuid>] [SUBJECT \"text\"]",
     .states = kLocal, .min_positional = 1, .max_positional = 1, .parameters = {{"ID"}, {"SUBJECT"}}},
    {.verb = Verb::publish_list, .keywords = "PUBLISH LIST", .synopsis = "[<node>]", .states = kLocal,
     .max_positional = 1},
    {.verb = Verb::publish_admit, .keywords = "PUBLISH ADMIT", .synopsis = "<node> <imid>", .states = kLocal,
     .min_positional = 2, .max_positional = 2},
    {.verb = Verb::publish_refuse, .keywords = "PUBLISH REFUSE", .synopsis = "<node> <imid>", .states = kLocal,
     .min_positional = 2, .max_positional = 2},
    {.verb = Verb::publish_drop, .keywords = "PUBLISH DROP", .synopsis = "<node>", .states = kLocal,
     .min_positional = 1, .max_positional = 1},
    {.verb = Verb::subscribe_to, .keywords = "SUBSCRIBE TO", .synopsis = "<node>@<domain>", .states = kLocal,
     .min_positional = 1, .max_positional = 1},
    {.verb = Verb::subscribe_list, .keywords = "SUBSCRIBE LIST", .synopsis = "[+JSON]", .states = kLocal,
     .switches = {"+JSON"}},
    {.verb = Verb::unsubscribe, .keywords = "UNSUBSCRIBE", .synopsis = "<uuid|node>", .states = kLocal,
     .min_positional = 1, .max_positional = 1},
};
// clang-format on

// The draft's long forms: the first token, and the keywords it stands for.
struct LongForm {
    std::string_view word;
    std::string_view keywords;
};
constexpr LongForm kLongForms[] = {{"AUTHENTICATE", "AUTH"}, {"FETCH", "MBOX FETCH"}};

constexpr std::array<std::string_view, 10> kHttpVerbs = {"GET",     "HEAD",    "POST",  "PUT",   "DELETE",
                                                         "CONNECT", "OPTIONS", "TRACE", "PATCH", "PRI"};

const CommandSpec* find_keywords(std::string_view keywords) {
    const auto at = std::ranges::find(kCommands, keywords, &CommandSpec::keywords);
    return at == std::end(kCommands) ? nullptr : at;
}

std::string expanded(std::string word) {
    for (const LongForm& form : kLongForms)
        if (word == form.word) return std::string(form.keywords);
    return word;
}

std::optional<std::string> keyword_of(const Token& token) {
    if (token.items.size() != 1 || token.items.front().quoted) return std::nullopt;
    return to_upper(token.items.front().text);
}

}  // namespace

std::span<const CommandSpec> command_table() {
    return kCommands;
}

std::optional<FoundCommand> find_command(std::span<const Token> tokens) {
    if (tokens.empty()) return std::nullopt;
    const auto first = keyword_of(tokens[0]);
    if (!first) return std::nullopt;
    const std::string keywords = expanded(*first);
    if (tokens.size() > 1)
        if (const auto second = keyword_of(tokens[1]))
            if (const CommandSpec* spec = find_keywords(keywords + " " + *second))
                return FoundCommand{spec, 2};
    if (const CommandSpec* spec = find_keywords(keywords)) return FoundCommand{spec, 1};
    return std::nullopt;
}

std::optional<int> state_refusal(const CommandSpec& spec, SessionState state) {
    if (spec.states.contains(state)) return std::nullopt;
    const bool login_opens =
        spec.states.contains(SessionState::local) || spec.states.contains(SessionState::remote);
    return state == SessionState::unauthenticated && login_opens ? 401 : 405;
}

bool is_http_verb(const Token& token) {
    const auto word = keyword_of(token);
    return word && std::ranges::find(kHttpVerbs, *word) != kHttpVerbs.end();
}

}  // namespace immp::bridge
