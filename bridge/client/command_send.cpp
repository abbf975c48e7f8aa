// immp send TO -s SUBJECT: the text comes from standard input.
#include <algorithm>
#include <ostream>
#include <sstream>
#include <utility>

#include "armor/json_line.hpp"
#include "armor/json_list.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/outgoing.hpp"
#include "bridge/client/retrying.hpp"
#include "bridge/client/send_order.hpp"
#include "bridge/client/typed_content.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::size_t kMaxTextBytes = 16u << 20;

constexpr Remedy kSendRemedies[] = {
    kIdTaken,
    {413, "send less or in several messages"},
};

Outcome<std::vector<std::string>> read_recipients(const std::vector<std::string>& typed) {
    std::vector<std::string> recipients;
    for (const std::string& list : typed) {
        std::istringstream words(list);
        for (std::string word; std::getline(words, word, ',');) {
            const auto imid = parse_imid(word);
            if (!imid || imid->local.empty() || !imid->folder.empty() || !imid->message.empty())
                return failed(ExitStatus::bad_input, "\"" + one_line(word) + "\" is no address; write " +
                                                         "user@domain, several joined by commas");
            recipients.push_back(imid->text());
        }
    }
    if (recipients.empty()) return failed(ExitStatus::usage, "no recipient; write immp send user@domain");
    return recipients;
}

/// One address, or empty.
Outcome<std::string> read_from(const Arguments& arguments) {
    if (!arguments.has("--from")) return std::string();
    const auto names = read_recipients({arguments.text("--from")});
    if (!names) return std::unexpected(names.error());
    if (names->size() != 1) return failed(ExitStatus::usage, "--from is one address");
    return names->front();
}

Outcome<Outgoing> compose(Context& context, const Arguments& arguments) {
    auto recipients = read_recipients(arguments.values("to"));
    if (!recipients) return std::unexpected(recipients.error());
    const std::string subject = arguments.text("--subject");
    if (!is_header_text(subject))
        return failed(ExitStatus::bad_input,
                      "the subject is to be one line of UTF-8 without control characters");
    if (subject.size() > kMaxSubjectBytes)
        return failed(ExitStatus::bad_input, "the subject is over 1000 octets; shorten it");
    auto from = read_from(arguments);
    if (!from) return std::unexpected(from.error());
    auto id = new_id(arguments.text("--id"));
    if (!id) return std::unexpected(id.error());
    auto attachments = gather_attachments(arguments.values("--attach"));
    if (!attachments) return std::unexpected(attachments.error());
    auto text = typed_text(context, kMaxTextBytes, "the text is over 16 MiB; send it as a file with -a");
    if (!text) return std::unexpected(text.error());
    const auto importance = arguments.has("--important") ? Importance::high : Importance::normal;
    return Outgoing{std::move(*recipients),
                    std::move(*from),
                    std::move(*id),
                    subject,
                    importance,
                    std::move(*text),
                    std::move(*attachments),
                    {}};
}

Outcome<Submissions> try_once(Context& context, const SendOrder& order, const Outgoing& message) {
    auto conversation = enter(context);
    if (!conversation) return std::unexpected(conversation.error());
    return submit_as_ordered(context, *conversation, order, message);
}

bool was_taken(const Submission& submission) {
    return submission.verdicts.empty() ||
           std::ranges::any_of(submission.verdicts, [](const auto& verdict) { return verdict.code < 400; });
}

/// ExitStatus::temporary only where the same command may just be given again, since nobody has the message
/// and nobody was refused for good. Else it would come twice or, with --id, be taken for what came before.
ExitStatus status_of(const Submissions& submissions) {
    const bool is_anywhere = std::ranges::any_of(submissions, was_taken);
    ExitStatus status = ExitStatus::ok;
    for (const Submission& submission : submissions)
        for (const RecipientVerdict& verdict : submission.verdicts) {
            if (verdict.code < 400) continue;
            if (!verdict.retry || is_anywhere) return ExitStatus::refused;
            status = ExitStatus::temporary;
        }
    return status;
}

std::string verdict_text(const RecipientVerdict& verdict, ExitStatus status) {
    if (verdict.code == 275) return "delivered";
    if (verdict.code == 273) return "queued";
    const std::string why = std::to_string(verdict.code) + " " + one_line(verdict.text);
    if (!verdict.retry) return "refused: " + why;
    if (status == ExitStatus::temporary) return "refused for now: " + why;
    return "refused for now: " + why + "; send it again later to " + one_line(verdict.recipient) +
           " alone, without --id";
}

std::string verdict_json(const RecipientVerdict& verdict) {
    armor::JsonWriter json;
    json.text("recipient", verdict.recipient).number("code", static_cast<std::uint64_t>(verdict.code));
    json.text("text", one_line(verdict.text));
    if (verdict.retry) json.number("retry", static_cast<std::uint64_t>(verdict.retry->count()));
    return json.line();
}

void report_json(const Context& context, const Submission& submission) {
    armor::JsonWriter json;
    json.text("id", submission.id);
    json.json("recipients", armor::json_list(submission.verdicts, verdict_json));
    if (submission.sealed) json.json("sealed", "true");
    context.out << json.line() << '\n';
}

void report_text(const Context& context, const Submission& submission, ExitStatus status) {
    if (submission.verdicts.empty())
        context.out << "The server has " << submission.id << " already.\n";
    else
        context.out << "Message " << submission.id << (submission.sealed ? ", sealed end to end\n" : "\n");
    for (const RecipientVerdict& verdict : submission.verdicts)
        context.out << "  " << one_line(verdict.recipient) << "  " << verdict_text(verdict, status) << '\n';
}

}  // namespace

Done run_send(Context& context, const Arguments& arguments) {
    const auto order = read_send_order(context, arguments);
    if (!order) return std::unexpected(order.error());
    const auto message = compose(context, arguments);
    if (!message) return std::unexpected(message.error());
    const auto submissions = try_again(context, [&] { return try_once(context, *order, *message); });
    if (!submissions) {
        Failure failure = mended(submissions.error(), kSendRemedies);
        if (failure.status == ExitStatus::temporary) failure.text += " with --id " + message->id;
        return std::unexpected(failure);
    }
    const ExitStatus status = status_of(*submissions);
    for (const Submission& submission : *submissions)
        context.format == Format::json ? report_json(context, submission)
                                       : report_text(context, submission, status);
    return status;
}

}  // namespace immp::bridge::client
