// Looking into a mailbox: the list of a folder, a message, one part of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/client/conversation.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge::client {

/// Where pushes lie.
inline constexpr std::string_view kPushFolder = "/PUSH";

/// What mends the refusal of a command about folders, about messages, about a push.
inline constexpr Remedy kFolderRemedies[] = {
    {404, "immp folder list shows which there are"},
    {409, "immp folder list shows which there are"},
};
inline constexpr Remedy kMessageRemedies[] = {{404, "immp ls shows what is there"}};
inline constexpr Remedy kPushRemedies[] = {{404, "immp pushes shows what is there"}};

/// `inbox`, `INBOX/lists`, `/INBOX/lists`: as a path; `helpdesk@a.example/INBOX` in a mailbox that is shared,
/// its INBOX where no folder stands there. ExitStatus::usage for what cannot be one.
[[nodiscard]] Outcome<std::string> parse_folder(std::string_view text);
/// The same, but an address alone is the whole mailbox.
[[nodiscard]] Outcome<std::string> parse_mailbox(std::string_view text);
/// A message's id in lower case. ExitStatus::usage.
[[nodiscard]] Outcome<std::string> parse_message_id(std::string_view text);

struct ListedMessage {
    std::string id;
    std::string from;
    std::vector<std::string> to;
    std::string subject;
    std::string date;
    std::uint64_t length = 0;
    std::vector<std::string> flags;
    std::string mailbox;

    [[nodiscard]] bool has_flag(std::string_view flag) const {
        return std::ranges::find(flags, flag) != flags.end();
    }
};

struct Listing {
    std::vector<ListedMessage> messages;  ///< newest first
    std::string next;                     ///< cursor for --after; empty at the end
};

[[nodiscard]] Outcome<Listing> list_messages(Conversation& conversation, const std::string& folder,
                                             std::uint32_t limit, const std::string& after);

struct MessagePart {
    std::string id;
    std::string type;
    std::uint64_t length = 0;
    bool content = false;
};

struct FailedRecipient {
    std::string recipient;
    std::uint64_t code = 0;
    std::string cause;
};

struct Relay {
    std::string domain;
    std::string timestamp;
    bool verified = false;  ///< else somebody says so who passed the message on
};

struct OpenedMessage {
    std::string id;           ///< here
    std::string envelope_id;  ///< the sender's
    std::string from;
    std::string sender;         ///< who wrote in the name of a shared mailbox
    std::string original_from;  ///< of a forwarded message; nobody verified it
    std::vector<std::string> to;
    std::vector<std::string> cc;
    std::string subject;
    std::string date;
    std::string importance;
    std::vector<std::string> received;  ///< "domain at time", each hop
    std::vector<Relay> received_via;
    std::vector<FailedRecipient> undelivered;
    std::string kind;     ///< `push`, `item`; empty for mail
    std::string expires;  ///< when it goes by itself; empty: never
    std::string in_reply_to;
    std::vector<PushAction> actions;  ///< nobody has checked what they lead to
    std::uint64_t repeats = 0;        ///< how often a push came again since it lies there
    std::uint64_t sequence = 0;       ///< of an item
    std::string chain;                ///< `gap`, `edited`: an item does not follow the one before
    std::vector<MessagePart> parts;
    std::optional<std::string> text;  ///< the content where it is text, at most kShownBytes
    bool text_cut = false;
};

/// Octets of a text that are shown; the whole is had with `immp save`.
inline constexpr std::size_t kShownBytes = 512 * 1024;

/// Whether who looks has read it then.
enum class Look { reads, glances };

[[nodiscard]] Outcome<OpenedMessage> open_message(Conversation& conversation, const std::string& folder,
                                                  const std::string& id, Look look = Look::reads);

struct PartHeader {
    std::uint64_t length = 0;
    std::string type;
};

/// Streams a part; `begin` is called before its first octet. The message stays as read or unread as it was.
[[nodiscard]] Outcome<PartHeader> fetch_part(Conversation& conversation, const std::string& folder,
                                             const std::string& id, const std::string& part,
                                             const std::function<void(const PartHeader&)>& begin,
                                             const Conversation::Sink& sink);

}  // namespace immp::bridge::client
