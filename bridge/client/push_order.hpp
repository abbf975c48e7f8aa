// What `immp push` is to send, and how it goes (PUSH TO; docs/protocol.md, 18).
#pragma once

#include <string>
#include <vector>

#include "bridge/client/commands.hpp"
#include "bridge/client/typed_content.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge::client {

inline constexpr std::size_t kMaxPushBytes = 65'536;

struct PushOrder {
    std::string to;    ///< a prepared IMID
    std::string from;  ///< likewise
    std::string id;    ///< the same in each try
    std::string token;
    std::string ttl;  ///< seconds; empty: the server's preset
    std::vector<PushAction> actions;
    bool important = false;
    TypedContent content;
};

/// Of what was typed; `account` is who pushes where --from is not there, and may be empty. ExitStatus::usage,
/// ExitStatus::bad_input.
[[nodiscard]] Outcome<PushOrder> read_push_order(Context& context, const Arguments& arguments,
                                                 const std::string& account);

enum class Pushed {
    taken,      ///< 265: whether it was let in is not told
    delivered,  ///< 266
    before,     ///< 409: an earlier try had come through
};

[[nodiscard]] Outcome<Pushed> submit_push(Conversation& conversation, const PushOrder& order);

}  // namespace immp::bridge::client
