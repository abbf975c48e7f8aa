#include "bridge/wire/codes.hpp"

#include <algorithm>

namespace immp::bridge {
namespace {

using std::chrono::seconds;

constexpr CodeSpec kCodes[] = {
    {100, "Logon text", ""},
    {101, "Server: p=protocol v=version d=domain", ""},
    {102, "Upgrade methods", ""},
    {200, "OK", ""},
    {201, "Created", ""},
    {204, "Upgrading the connection", ""},
    {205, "Bye", ""},
    {210, "Authentication accepted", ""},
    {220, "Public key", ""},
    {221, "Key lines", ""},
    {222, "Key history", ""},
    {230, "Setting", ""},
    {231, "Setting list", ""},
    {240, "Mailbox status: u=unread t=total", ""},
    {241, "Quota", ""},
    {242, "Flags set", ""},
    {243, "Moved, copied or renamed", ""},
    {244, "Removed", ""},
    {250, "Message or index", ""},
    {251, "Message as MIME", ""},
    {252, "Octets of a part", ""},
    {260, "Published", ""},
    {261, "Node created", ""},
    {262, "Node list", ""},
    {265, "Push accepted", ""},
    {266, "Push delivered", ""},
    {270, "Awaiting DATA", ""},
    {271, "Awaiting content for part", ""},
    {272, "Part saved", ""},
    {273, "Queued", ""},
    {274, "Recipient", ""},
    {275, "Delivered", ""},
    {276, "Aborted", ""},
    {280, "Subscribed", ""},
    {281, "Subscription", ""},
    {282, "End of subscriptions", ""},
    {283, "Unsubscribed", ""},
    {290, "Trace line", ""},
    {301, "Cookie authentication request initiated", ""},
    {302, "Shared secret authentication request initiated", ""},
    {303, "Challenge: n1=nonce1 n2=nonce2", ""},
    {304, "Verifying the cookie", ""},
    {310, "Event", ""},
    {380, "Subscribing to publisher", ""},
    {400, "Syntax error", "5.2"},
    {401, "Authenticate first", "7.0"},
    {402, "Credentials refused", "7.8"},
    {403, "Forbidden", "7.1"},
    {404, "No such thing", "1.1"},
    {405, "Not in this state", "5.1"},
    {406, "Unknown switch", "5.4"},
    {407, "Too many tries", "7.0", seconds(60)},
    {408, "Timeout", "4.2", seconds(1)},
    {409, "Duplicate id", "6.0"},
    {410, "Expired", "4.7"},
    {411, "LENGTH required", "5.2"},
    {412, "Key or fingerprint changed", "7.5", seconds(300)},
    {413, "Too large", "3.4"},
    {414, "Line too long", "5.6"},
    {415, "Bad encoding", "6.1"},
    {421, "Cookie not confirmed", "7.0", seconds(60)},
    {422, "Bad signature", "7.7"},
    {423, "Cannot open", "7.5"},
    {424, "Replay or stale", "7.0"},
    {429, "Slow down", "3.2", seconds(5)},
    {430, "Unknown setting", "5.4"},
    {441, "Mailbox full", "2.2", seconds(3600)},
    {450, "Domain not served", "1.2"},
    {451, "Recipient refused", "1.1"},
    {452, "Refused by policy", "7.1"},
    {453, "Source not approved", "7.1"},
    {454, "Not subscribed", "7.1"},
    {455, "Blocked", "7.1"},
    {480, "Subscribing failed", "3.0", seconds(300)},
    {481, "No such publisher", "1.1"},
    {700, "Internal error", "3.0", seconds(60)},
    {701, "Not implemented", "3.3"},
    {702, "Storage failed", "3.0", seconds(60)},
    {703, "Shutting down", "3.2", seconds(30)},
    {704, "XMPP link down", "4.1", seconds(30)},
    {705, "Overloaded", "4.5", seconds(30)},
    {710, "Protocol error, closing", "5.0"},
    {711, "TLS", "7.4"},
    {720, "Peer unreachable", "4.1", seconds(300)},
};

}  // namespace

std::span<const CodeSpec> code_table() {
    return kCodes;
}

const CodeSpec& code_spec(int code) {
    const auto at = std::ranges::lower_bound(kCodes, code, {}, &CodeSpec::code);
    if (at != std::end(kCodes) && at->code == code) return *at;
    return *std::ranges::lower_bound(kCodes, 700, {}, &CodeSpec::code);
}

Error refusal(int code) {
    return refusal(code, std::string(code_spec(code).text));
}

Error refusal(int code, std::string text) {
    const CodeSpec& spec = code_spec(code);
    Error error{code, std::move(text), {}, {}};
    if (spec.retry.count() > 0) error.retry = spec.retry;
    return error;
}

std::string error_fields(const Error& error) {
    std::string fields = error.temporary() ? "e=4." : "e=5.";
    fields += code_spec(error.code).enhanced;
    if (error.temporary()) fields += " retry=" + std::to_string(error.retry->count());
    return fields;
}

}  // namespace immp::bridge
