// A message on its way to the server: DELIVER, DATA, DONE.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bridge/client/conversation.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge::client {

struct Attachment {
    std::string path;  ///< on this machine
    std::string name;  ///< as the recipient sees it
    std::string type;
    std::uint64_t length = 0;
};

/// Checks and names files for sending: names are the last parts of the paths, made unique, without control
/// characters. ExitStatus::no_input for what is no readable file.
[[nodiscard]] Outcome<std::vector<Attachment>> gather_attachments(const std::vector<std::string>& paths);

/// Octets of a subject; it must fit the DELIVER line with some recipients.
inline constexpr std::size_t kMaxSubjectBytes = 1'000;

struct Outgoing {
    std::vector<std::string> recipients;  ///< prepared IMIDs; not empty
    std::string from;                     ///< a prepared IMID; empty: the account
    std::string id;                       ///< the same in each try: the server takes it once
    std::string subject;                  ///< one line, at most kMaxSubjectBytes
    Importance importance = Importance::normal;
    std::string text;  ///< UTF-8
    std::vector<Attachment> attachments;
};

/// What the server said of one recipient: 275 delivered, 273 queued, or a refusal.
struct RecipientVerdict {
    std::string recipient;
    int code = 0;
    std::string text;
    std::optional<std::chrono::seconds> retry;
};

struct Submission {
    std::string id;
    std::vector<RecipientVerdict> verdicts;  ///< empty where an earlier try had been accepted
};

/// Refusals of the whole message are failures; those of single recipients are verdicts. Attachments are read
/// from the disk as they go. ExitStatus::input_output for a file that shrank meanwhile.
[[nodiscard]] Outcome<Submission> submit(Conversation& conversation, const Outgoing& message);

}  // namespace immp::bridge::client
