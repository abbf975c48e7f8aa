// What a session asks of the node for the PUSH verbs (docs/protocol.md, 18).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bridge/mail/message.hpp"
#include "bridge/mail/push_source.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {

/// Who brings a push.
enum class PushEntry {
    account,   ///< one of ours, in Local
    domain,    ///< another domain's server, which has proved its name
    stranger,  ///< nobody that is known: a token lets in, or nothing does
};

/// DONE of a PUSH TO. Answered with Pushed when it is on stable storage. 401 a stranger without a token that
/// is good; 403 a name that is not the account's; 409, 452 by the ID; 429, 441 for now.
struct PushMessage {
    std::uint32_t delivery = 0;
    std::uint32_t part = 0;  ///< PartOctets::part: its content
    PushEntry entry = PushEntry::account;
    std::string who;        ///< the account, or the domain; empty for a stranger
    std::string publisher;  ///< FROM, prepared
    Imid recipient;
    std::string id;     ///< lower-case UUID; empty: the node makes one
    std::string token;  ///< push_token.hpp; empty: none
    std::chrono::seconds ttl{};
    Importance importance = Importance::normal;
    std::vector<PushAction> actions;
    std::string part_name;
    std::string part_type;
};

/// Answered with Pushed. 404 no such push or action, 403 its publisher is not verified, 409 answered before,
/// 410 its time is over.
struct AnswerPush {
    std::string account;
    std::string uuid;  ///< in /PUSH
    std::string label;
};

/// 265 taken, 266 it lies in the recipient's /PUSH.
struct Pushed {
    int code = 0;
    std::string id;
};

/// Answered with MintedToken. 413.
struct MintToken {
    std::string account;
    std::string publisher;  ///< prepared; empty: whoever has the token
    std::uint32_t uses = 1;
    std::chrono::seconds ttl{};
};
struct MintedToken {
    std::string token;
    Time expires;
};

/// Answered with PushSourceList, by name.
struct ListPushSources {
    std::string account;
};

/// `forget`: its name is neither approved nor blocked any more.
enum class PushDecision { approve, block, forget };

/// PUSH APPROVE, PUSH BLOCK, PUSH FORGET. Answered with Done. 413 too many names, 441 no room for what waits,
/// 404 nothing to forget.
struct JudgePushSource {
    std::string account;
    std::string source;  ///< prepared
    PushDecision decision = PushDecision::approve;
};

}  // namespace immp::bridge
