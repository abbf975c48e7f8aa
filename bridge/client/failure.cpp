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

// Permanent refusals; whatever may be tried again is ExitStatus::temporary.
constexpr auto kMeanings = std::to_array<Meaning>({
    {401, ExitStatus::protocol, "log in again: immp login"},
    {402, ExitStatus::credentials, "check address and password, then: immp login"},
    {403, ExitStatus::credentials, "this account may not do that"},
    {404, ExitStatus::no_input, "immp ls shows what is there"},
    {405, ExitStatus::protocol, "client and server do not fit together; update the older one"},
    {406, ExitStatus::protocol, "the server lacks this option; update it or leave the option out"},
    {409, ExitStatus::bad_input, "leave --id out or give another"},
    {410, ExitStatus::no_input, "it is gone for good"},
    {412, ExitStatus::bad_input, "compare keys by another way; immp key show and immp key verify show them"},
    {413, ExitStatus::bad_input, "send less or in several messages"},
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

Failure refusal_failure(const Error& refusal) {
    const std::string said = "the server says " + std::to_string(refusal.code) + " " + one_line(refusal.text);
    if (refusal.temporary())
        return {ExitStatus::temporary,
                said + "; try again in " + std::to_string(refusal.retry->count()) + " s", refusal.code};
    for (const Meaning& meaning : kMeanings)
        if (meaning.code == refusal.code)
            return {meaning.status, said + "; " + std::string(meaning.remedy), refusal.code};
    return {ExitStatus::bad_input, said, refusal.code};
}

}  // namespace immp::bridge::client
