#include "bridge/mail/vacation.hpp"

#include <algorithm>
#include <array>

#include "bridge/wire/imid.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge {
namespace {

/// Local parts behind which nobody reads (RFC 3834, 2; RFC 2142), and how those of lists begin and end.
constexpr std::array<std::string_view, 9> kMachines = {"mailer-daemon", "postmaster",   "abuse",
                                                       "hostmaster",    "noreply",      "no-reply",
                                                       "donotreply",    "do-not-reply", "listserv"};
constexpr std::array<std::string_view, 2> kListBegins = {"owner-", "bounce-"};
constexpr std::array<std::string_view, 4> kListEnds = {"-request", "-owner", "-bounces", "-relay"};

bool is_machine(std::string_view local) {
    return std::ranges::find(kMachines, local) != kMachines.end() ||
           std::ranges::any_of(kListBegins, [&](auto begin) { return local.starts_with(begin); }) ||
           std::ranges::any_of(kListEnds, [&](auto end) { return local.ends_with(end); });
}

bool names(const std::vector<std::string>& addresses, const std::string& account) {
    return std::ranges::any_of(addresses, [&](const std::string& address) {
        const auto imid = parse_imid(address);
        return imid && imid->account() == account;
    });
}

bool is_automatic(const Part& part) {
    return part.part_class == PartClass::content &&
           to_upper(part.type).find("AUTO-SUBMITTED") != std::string::npos;
}

}  // namespace

bool may_be_answered(const Message& message, const std::string& account) {
    const Envelope& envelope = message.envelope;
    const auto sender = parse_imid(envelope.from);
    if (!sender || sender->local.empty() || sender->account() == account) return false;
    if (is_machine(sender->local) || !envelope.failed.empty()) return false;
    if (std::ranges::any_of(message.parts, is_automatic)) return false;
    return names(envelope.to, account) || names(envelope.cc, account);
}

Notice vacation_answer(const Envelope& original, const std::string& account, std::string text, std::string id,
                       Time now) {
    Notice notice = make_notice("Away: " + original.subject, std::move(text), std::move(id), now);
    Envelope& envelope = notice.message.envelope;
    envelope.from = account;
    envelope.to = {original.from};
    envelope.in_reply_to = original.id;
    envelope.received = {{account.substr(account.find('@') + 1), now}};
    Part& content = notice.message.parts.front();
    content.id = "answer.txt";
    content.type = kAutomaticType;
    return notice;
}

}  // namespace immp::bridge
