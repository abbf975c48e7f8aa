#include "bridge/client/outgoing.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "armor/json_line.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/media_type.hpp"
#include "bridge/client/progress.hpp"
#include "bridge/client/question.hpp"
#include "bridge/wire/reply.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

/// No attachment has it.
constexpr std::string_view kMetadataName = "immp-metadata.json";

/// Octets of recipients on one line; a line has 8,192, and the first also the subject.
constexpr std::size_t kRecipientBytesALine = 4'000;

std::string name_of(const std::filesystem::path& path) {
    std::string name = path.filename().string();
    for (char& c : name)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '_';
    return name;
}

std::string unique_name(const std::string& name, const std::vector<Attachment>& taken) {
    const auto is_taken = [&](const std::string& candidate) {
        return candidate == kTextName || candidate == kMetadataName ||
               std::ranges::find(taken, candidate, &Attachment::name) != taken.end();
    };
    std::string candidate = name;
    const auto dot = std::min(name.rfind('.'), name.size());
    for (int number = 2; is_taken(candidate); ++number)
        candidate = name.substr(0, dot) + "-" + std::to_string(number) + name.substr(dot);
    return candidate;
}

/// The recipients in lists that fit a line.
std::vector<std::string> recipient_lists(const std::vector<std::string>& recipients) {
    std::vector<std::string> lists;
    for (const std::string& recipient : recipients) {
        const std::string token = as_token(recipient);
        if (lists.empty() || lists.back().size() + token.size() > kRecipientBytesALine)
            lists.push_back(token);
        else
            lists.back() += "," + token;
    }
    return lists;
}

/// A refusal that came while we were writing explains a broken connection better than the break does.
Failure explained(Conversation& conversation, Failure broken) {
    while (const auto reply = conversation.next())
        if (reply->refuses()) return refusal_failure(reply->error());
    return broken;
}

Outcome<void> send_metadata(Conversation& conversation, const std::vector<std::string>& shown_to) {
    const std::string json = armor::JsonWriter().json("to", armor::json_texts(shown_to)).line();
    const std::string command = "DATA NAME " + std::string(kMetadataName) +
                                " TYPE application/immp-metadata+json LENGTH " + std::to_string(json.size());
    if (auto sent = conversation.send(command); !sent) return sent;
    if (auto ready = conversation.expect(271); !ready) return std::unexpected(ready.error());
    if (auto sent = send_body_octets(conversation, json + "\n"); !sent) return sent;
    if (auto saved = conversation.expect(272); !saved) return std::unexpected(saved.error());
    return {};
}

Outcome<void> send_file_octets(Conversation& conversation, const Attachment& attachment) {
    Progress progress(one_line(attachment.name), attachment.length);
    return each_piece(attachment, [&](ByteView octets) -> Outcome<void> {
        if (auto sent = send_body_octets(conversation, as_text(octets)); !sent) return sent;
        progress.add(octets.size());
        return {};
    });
}

Outcome<void> send_attachment(Conversation& conversation, const Attachment& attachment) {
    const std::string command = "DATA NAME " + as_quoted(attachment.name) + " TYPE " +
                                as_quoted(attachment.type) + " LENGTH " + std::to_string(attachment.length);
    if (auto sent = conversation.send(command); !sent) return sent;
    if (auto ready = conversation.expect(271); !ready) return std::unexpected(ready.error());
    if (auto sent = send_file_octets(conversation, attachment); !sent) return sent;
    if (auto sent = send_body_octets(conversation, "\n"); !sent) return sent;
    if (auto saved = conversation.expect(272); !saved) return std::unexpected(saved.error());
    return {};
}

/// `<imid> <code> <text>`
RecipientVerdict read_verdict(const Reply& reply) {
    RecipientVerdict verdict;
    const auto first = reply.text.find(' ');
    const auto second = reply.text.find(' ', first == std::string::npos ? first : first + 1);
    verdict.recipient = unquoted(std::string_view(reply.text).substr(0, first));
    if (first == std::string::npos) return verdict;
    const auto code = parse_number(std::string_view(reply.text).substr(first + 1, second - first - 1));
    verdict.code = static_cast<int>(std::min<std::uint64_t>(code.value_or(0), 999));
    if (second != std::string::npos) {
        const Error error = Reply{{}, verdict.code, false, reply.text.substr(second + 1)}.error();
        verdict.text = error.text;
        verdict.retry = error.retry;
    }
    return verdict;
}

}  // namespace

Outcome<std::vector<Attachment>> gather_attachments(const std::vector<std::string>& paths) {
    std::vector<Attachment> attachments;
    for (const std::string& path : paths) {
        std::error_code error;
        const auto length = std::filesystem::is_regular_file(path, error)
                                ? std::filesystem::file_size(path, error)
                                : std::uintmax_t{0};
        errno = 0;
        if (error || !std::filesystem::is_regular_file(path, error) || !std::ifstream(path))
            return failed(ExitStatus::no_input, "cannot read " + one_line(path) + " (" +
                                                    (error        ? error.message()
                                                     : errno != 0 ? std::strerror(errno)
                                                                  : "not a file") +
                                                    "); check the name and its permissions");
        const std::string name = unique_name(name_of(path), attachments);
        attachments.push_back({path, name, std::string(media_type_of(name)), length});
    }
    return attachments;
}

Outcome<void> open_delivery(Conversation& conversation, const Outgoing& message) {
    const auto lists = recipient_lists(message.recipients);
    std::string command =
        "DELIVER TO " + lists.front() + " ID " + message.id + " SUBJECT " + as_quoted(message.subject);
    if (!message.from.empty()) command += " FROM " + as_token(message.from);
    if (message.importance == Importance::high) command += " +IMPORTANT";
    if (message.importance == Importance::low) command += " -IMPORTANT";
    for (std::size_t at = 0; at < lists.size(); ++at) {
        const std::string line = at == 0 ? command : "DELIVER ADD " + lists[at];
        if (auto sent = conversation.send(line); !sent) return sent;
        if (auto taken = conversation.expect(270); !taken) return std::unexpected(taken.error());
    }
    if (message.shown_to.empty()) return {};
    return send_metadata(conversation, message.shown_to);
}

Outcome<void> each_piece(const Attachment& attachment, const std::function<Outcome<void>(ByteView)>& take) {
    std::ifstream file(attachment.path, std::ios::binary);
    std::string piece(kPieceBytes, '\0');
    for (std::uint64_t left = attachment.length; left > 0;) {
        file.read(piece.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(left, kPieceBytes)));
        const auto got = static_cast<std::size_t>(file.gcount());
        if (got == 0)
            return failed(ExitStatus::input_output,
                          attachment.path + " got shorter while it was sent; send it again");
        if (auto taken = take(as_bytes(std::string_view(piece).substr(0, got))); !taken) return taken;
        left -= got;
    }
    return {};
}

Outcome<void> send_body_octets(Conversation& conversation, std::string_view octets) {
    if (auto sent = conversation.send_octets(octets); !sent)
        return std::unexpected(explained(conversation, sent.error()));
    return {};
}

Outcome<void> send_content(Conversation& conversation, std::string_view type, const std::string& octets) {
    const std::string command =
        "DATA TYPE " + as_quoted(type) + " LENGTH " + std::to_string(octets.size()) + " +CONTENT";
    if (auto sent = conversation.send(command); !sent) return sent;
    if (auto ready = conversation.expect(271); !ready) return std::unexpected(ready.error());
    if (auto sent = send_body_octets(conversation, octets + "\n"); !sent) return sent;
    if (auto saved = conversation.expect(272); !saved) return std::unexpected(saved.error());
    return {};
}

Outcome<Submission> finish_delivery(Conversation& conversation, const std::string& id) {
    if (auto sent = conversation.send("DONE"); !sent) return std::unexpected(sent.error());
    Submission submission{id, {}, false};
    while (true) {
        auto reply = conversation.next();
        if (!reply) return std::unexpected(reply.error());
        if (reply->code == 274) {
            submission.verdicts.push_back(read_verdict(*reply));
            continue;
        }
        // 409 with our own id: an earlier try had come through (decisions, 5).
        const bool taken_before = reply->code == 409 && reply->text.starts_with(id);
        const bool judged = !submission.verdicts.empty() && reply->refuses();
        if (reply->code == 273 || reply->code == 275 || taken_before || judged) return submission;
        return std::unexpected(refusal_failure(reply->error()));
    }
}

Outcome<Submission> submit(Conversation& conversation, const Outgoing& message) {
    if (auto opened = open_delivery(conversation, message); !opened) return std::unexpected(opened.error());
    if (auto sent = send_content(conversation, kTextType, message.text); !sent)
        return std::unexpected(sent.error());
    for (const Attachment& attachment : message.attachments)
        if (auto sent = send_attachment(conversation, attachment); !sent)
            return std::unexpected(sent.error());
    return finish_delivery(conversation, message.id);
}

}  // namespace immp::bridge::client
