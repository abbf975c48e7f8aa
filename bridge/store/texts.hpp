// The words of messages, for `text=`. They are looked at behind the acceptance of mail, in the order of
// arrival: whoever searches has what is missing added first (bridge/node/searching.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "armor/error.hpp"
#include "bridge/store/mailboxes.hpp"

namespace immp::bridge {

/// What is searched of a message; UTF-8.
struct MessageText {
    std::string subject;
    std::string names;
    std::string body;
};

class Texts {
  public:
    virtual ~Texts() = default;
    /// Messages that were not looked at yet, oldest first.
    [[nodiscard]] virtual Result<std::vector<MessageId>> missing(std::uint32_t most) = 0;
    /// In the order of missing(); also of a message without words, which is then not missing any more.
    [[nodiscard]] virtual Result<void> add(MessageId message, const MessageText& text) = 0;
    /// For each of the account's folders with such messages: how many have all the words, and how many of
    /// those are unread. The paths are left empty.
    [[nodiscard]] virtual Result<std::vector<Folder>> count(AccountId account,
                                                            const std::vector<std::string>& words) = 0;
};

}  // namespace immp::bridge
