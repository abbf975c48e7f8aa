// Answers while somebody is away (SET GLOBAL VACATION): who gets one, and what it is. After RFC 3834.
#pragma once

#include <cstddef>
#include <string>

#include "bridge/mail/notice.hpp"

namespace immp::bridge {

/// Answers that an account gives in a day; then none: who forges many senders makes no flood of it.
inline constexpr std::size_t kMaxAnswersADay = 200;

/// What the content of an automatic answer is; a content with this parameter is never answered by itself.
inline constexpr std::string_view kAutomaticType = "text/plain; charset=utf-8; auto-submitted=auto-replied";

/// Not for our own mail, an anonymous sender, a machine's or a list's address, a bounce, an automatic answer,
/// nor for whom the message does not name in `to` or `cc` (a list, a blind copy).
[[nodiscard]] bool may_be_answered(const Message& message, const std::string& account);

/// From the account to the message's sender; its body is left to the caller as a notice's is.
[[nodiscard]] Notice vacation_answer(const Envelope& original, const std::string& account, std::string text,
                                     std::string id, Time now);

}  // namespace immp::bridge
