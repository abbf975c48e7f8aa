#include "bridge/mail/notice.hpp"

#include "armor/hash.hpp"
#include "armor/time_text.hpp"
#include "bridge/mail/retry.hpp"

namespace immp::bridge {
namespace {

/// Subjects and names end up in lists: long ones are cut where a reader stops reading.
constexpr std::size_t kMostSubject = 400;

std::string shortened(std::string text) {
    if (text.size() <= kMostSubject) return text;
    std::size_t end = kMostSubject;
    while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    return text.substr(0, end) + "...";
}

Notice make(const Undelivered& what, std::string_view headline, std::string text, std::string id, Time now) {
    Notice notice;
    Envelope& envelope = notice.message.envelope;
    envelope.id = std::move(id);
    envelope.from = "mailer-daemon@" + what.domain;
    envelope.to = {what.sender};
    envelope.subject =
        shortened(std::string(headline) + ": " + what.failure.recipient + ": " + what.original.subject);
    envelope.date = now;
    envelope.in_reply_to = what.original.id;
    envelope.received = {{what.domain, now}};
    envelope.failed = {what.failure};
    armor::Hasher digest("IMMP1 body");
    digest.add(text);
    notice.message.parts.push_back(
        {"notice.txt", "text/plain; charset=utf-8", PartClass::content, text.size(), 0, digest.digest()});
    notice.text = std::move(text);
    return notice;
}

std::string about(const Undelivered& what) {
    return "Recipient: " + what.failure.recipient + "\nCode:      " + std::to_string(what.failure.code) +
           "\nCause:     " + what.failure.cause + "\n\nSubject:   " + what.original.subject +
           "\nSent:      " + armor::time_text(what.original.date) + "\nMessage:   " + what.original.id + "\n";
}

}  // namespace

Notice bounce(const Undelivered& what, std::string id, Time now) {
    std::string text =
        "Your message could not be delivered, and no further attempt is made.\n\n" + about(what);
    return make(what, "Undelivered", std::move(text), std::move(id), now);
}

Notice delay_notice(const Undelivered& what, std::string id, Time now) {
    std::string text = "Your message is still waiting. You need not send it again: delivery is tried until " +
                       armor::time_text(what.original.date + kRetryHorizon) + ".\n\n" + about(what);
    return make(what, "Delayed", std::move(text), std::move(id), now);
}

}  // namespace immp::bridge
