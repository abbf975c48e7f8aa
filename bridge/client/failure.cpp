#include "bridge/client/failure.hpp"

#include <array>
#include <string_view>

#include "bridge/client/display.hpp"

namespace immp::bridge::client {

namespace {

struct Meaning {
    int code;
    ExitStatus status;
    std::string_view remedy;
};

// Permanent refusals; whatever may be tried again is ExitStatus::temporary. Without a remedy here: it is the
// command that knows one (Remedies).
constexpr auto kMeanings = std::to_array<Meaning>({
    {401, ExitStatus::protocol, "log in again: immp login"},
    {402, ExitStatus::credentials, "check address and password, then: immp login"},
    {403, ExitStatus::credentials, "this account may not do that"},
    {404, ExitStatus::no_input, ""},
    {405, ExitStatus::protocol, "client and server do not fit together; update the older one"},
    {406, ExitStatus::protocol, "the server lacks this option; update it or leave the option out"},
    {409, ExitStatus::bad_input, ""},
    {410, ExitStatus::no_input, "it is gone for good"},
    {412, ExitStatus::bad_input, "compare keys by another way; immp key show and immp key verify show them"},
    {413, ExitStatus::bad_input, ""},
    {430, ExitStatus::bad_input, "immp settings lists them"},
    {441, ExitStatus::refused, "the mailbox must be emptied first"},
    {450, ExitStatus::refused, "check the domain of the address"},
    {451, ExitStatus::refused, "check the address"},
    {452, ExitStatus::refused, "ask the server's administrator"},
    {454, ExitStatus::no_input, "immp subscriptions lists what there is"},
    {455, ExitStatus::refused, "the recipient takes nothing from you"},
    {480, ExitStatus::refused, "the publisher does not admit you"},
    {481, ExitStatus::refused, "check the name of the node"},
    {701, ExitStatus::unavailable, "the server cannot do that yet; update it"},
    {710, ExitStatus::protocol, "client and server do not fit together; update the older one"},
    {711, ExitStatus::protocol, "ask the server's administrator"},
});

}  // namespace

std::string server_says(const Error& refusal) {
    return "the server says " + std::to_string(refusal.code) + " " + one_line(refusal.text);
}

Failure refusal_failure(const Error& refusal) {
    const std::string said = server_says(refusal);
    if (refusal.temporary())
        return {ExitStatus::temporary,
                said + "; try again in " + std::to_string(refusal.retry->count()) + " s", refusal.code};
    for (const Meaning& meaning : kMeanings)
        if (meaning.code == refusal.code) {
            const Remedy remedy{meaning.code, meaning.remedy};
            return mended({meaning.status, said, refusal.code}, {&remedy, 1});
        }
    return {ExitStatus::bad_input, said, refusal.code};
}

Failure mended(Failure failure, Remedies remedies) {
    if (failure.status == ExitStatus::temporary) return failure;
    for (const Remedy& remedy : remedies)
        if (remedy.code == failure.code && !remedy.text.empty())
            failure.text.append("; ").append(remedy.text);
    return failure;
}

}  // namespace immp::bridge::client
