// What our server writes to its own users: bounces and notices of delay (decisions, 5).
#pragma once

#include <string>

#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// A notice and the text of its only part; the caller stores the body and fills in `parts[0].body` and its
/// digest.
struct Notice {
    Message message;
    std::string text;
};

/// What is to be said of one recipient.
struct Undelivered {
    std::string sender;  ///< the account that gets the notice
    std::string domain;  ///< ours
    Failure failure;
    Envelope original;
    std::string language = "en";  ///< a tag; a language that the server has no texts in is English
    Time queued{};                ///< of the outbox row: what is tried is given up kRetryHorizon later
};

/// A message with one text part; who writes to whom is the caller's.
[[nodiscard]] Notice make_notice(std::string subject, std::string text, std::string id, Time now);

/// `Undelivered: bob@b.example: <subject>`, from mailer-daemon@ our domain, with envelope.failed.
[[nodiscard]] Notice bounce(const Undelivered& what, std::string id, Time now);
/// `Delayed: ...`: not yet delivered, still being tried; says until when, by `queued`.
[[nodiscard]] Notice delay_notice(const Undelivered& what, std::string id, Time now);

}  // namespace immp::bridge
