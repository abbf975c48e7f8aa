#include "bridge/mail/notice.hpp"

#include <array>

#include "armor/hash.hpp"
#include "armor/names.hpp"
#include "armor/time_text.hpp"
#include "bridge/mail/retry.hpp"

namespace immp::bridge {
namespace {

/// Subjects and names end up in lists: long ones are cut where a reader stops reading.
constexpr std::size_t kMostSubject = 400;

/// The texts of one language; labels are as wide as each other. Subjects are the same in all.
struct Phrases {
    std::string_view language;
    std::string_view bounced;
    std::string_view waiting;  ///< a time follows
    std::string_view recipient;
    std::string_view code;
    std::string_view cause;
    std::string_view subject;
    std::string_view sent;
    std::string_view message;
};
constexpr std::array kPhrases = {
    Phrases{"en", "Your message could not be delivered, and no further attempt is made.\n\n",
            "Your message is still waiting. You need not send it again: delivery is tried until ",
            "Recipient: ", "Code:      ", "Cause:     ", "Subject:   ", "Sent:      ", "Message:   "},
    Phrases{"de", "Ihre Nachricht konnte nicht zugestellt werden; es wird nicht weiter versucht.\n\n",
            "Ihre Nachricht wartet noch. Sie brauchen sie nicht noch einmal zu senden: es wird versucht bis ",
            "Empfänger: ", "Code:      ", "Ursache:   ", "Betreff:   ", "Gesendet:  ", "Nachricht: "},
};

/// By the tag's first part; English where there is none.
const Phrases& phrases_of(std::string_view language) {
    for (const Phrases& phrases : kPhrases)
        if (language.substr(0, language.find('-')) == phrases.language) return phrases;
    return kPhrases.front();
}

std::string shortened(std::string text) {
    if (text.size() <= kMostSubject) return text;
    return std::string(armor::utf8_prefix(text, kMostSubject)) + "...";
}

Notice make(const Undelivered& what, std::string_view headline, std::string text, std::string id, Time now) {
    Notice notice =
        make_notice(std::string(headline) + ": " + what.failure.recipient + ": " + what.original.subject,
                    std::move(text), std::move(id), now);
    Envelope& envelope = notice.message.envelope;
    envelope.from = "mailer-daemon@" + what.domain;
    envelope.to = {what.sender};
    envelope.in_reply_to = what.original.id;
    envelope.received = {{what.domain, now}};
    envelope.failed = {what.failure};
    return notice;
}

std::string about(const Undelivered& what, const Phrases& phrases) {
    const auto line = [](std::string_view label, const std::string& value) {
        return std::string(label) + value + "\n";
    };
    return line(phrases.recipient, what.failure.recipient) +
           line(phrases.code, std::to_string(what.failure.code)) + line(phrases.cause, what.failure.cause) +
           "\n" + line(phrases.subject, what.original.subject) +
           line(phrases.sent, armor::time_text(what.original.date)) + line(phrases.message, what.original.id);
}

}  // namespace

Notice make_notice(std::string subject, std::string text, std::string id, Time now) {
    Notice notice;
    Envelope& envelope = notice.message.envelope;
    envelope.id = std::move(id);
    envelope.subject = shortened(std::move(subject));
    envelope.date = now;
    armor::Hasher digest("IMMP1 body");
    digest.add(text);
    notice.message.parts.push_back(
        {"notice.txt", "text/plain; charset=utf-8", PartClass::content, text.size(), 0, digest.digest()});
    notice.text = std::move(text);
    return notice;
}

Notice bounce(const Undelivered& what, std::string id, Time now) {
    const Phrases& phrases = phrases_of(what.language);
    return make(what, "Undelivered", std::string(phrases.bounced) + about(what, phrases), std::move(id), now);
}

Notice delay_notice(const Undelivered& what, std::string id, Time now) {
    const Phrases& phrases = phrases_of(what.language);
    std::string text = std::string(phrases.waiting) + armor::time_text(what.queued + kRetryHorizon) +
                       ".\n\n" + about(what, phrases);
    return make(what, "Delayed", std::move(text), std::move(id), now);
}

}  // namespace immp::bridge
