// A message on its way to the server: DELIVER, DATA, DONE.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
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

/// What is sent is read and handed on in pieces of so many octets.
inline constexpr std::size_t kPieceBytes = 64 * 1024;

/// Hands the octets of a file on, in pieces. ExitStatus::input_output where it is shorter than it was.
[[nodiscard]] Outcome<void> each_piece(const Attachment& attachment,
                                       const std::function<Outcome<void>(ByteView)>& take);

struct Outgoing {
    std::vector<std::string> recipients;  ///< prepared IMIDs; not empty
    std::string from;                     ///< a prepared IMID; empty: the account
    std::string id;                       ///< the same in each try: the server takes it once
    std::string subject;                  ///< one line, at most kMaxSubjectBytes
    Importance importance = Importance::normal;
    std::string text;  ///< UTF-8
    std::vector<Attachment> attachments;
    /// Whom it shows as its recipients, where that is not `recipients`: it goes to the others by itself.
    std::vector<std::string> shown_to;
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
    bool sealed = false;                     ///< end to end
};

/// Refusals of the whole message are failures; those of single recipients are verdicts. Attachments are read
/// from the disk as they go. ExitStatus::input_output for a file that shrank meanwhile.
[[nodiscard]] Outcome<Submission> submit(Conversation& conversation, const Outgoing& message);

// Its steps, for who sends other content: DELIVER with the recipients it shows, octets of a body, DONE.

inline constexpr std::string_view kTextType = "text/plain; charset=utf-8";
/// The name that the server gives to the text, which is sent without one (decisions, 5).
inline constexpr std::string_view kTextName = "part-1";

[[nodiscard]] Outcome<void> open_delivery(Conversation& conversation, const Outgoing& message);
/// A refusal that came meanwhile explains a broken connection better than the break does.
[[nodiscard]] Outcome<void> send_body_octets(Conversation& conversation, std::string_view octets);
/// DATA with the content.
[[nodiscard]] Outcome<void> send_content(Conversation& conversation, std::string_view type,
                                         const std::string& octets);
[[nodiscard]] Outcome<Submission> finish_delivery(Conversation& conversation, const std::string& id);

}  // namespace immp::bridge::client
