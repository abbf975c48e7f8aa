// immp send TO -s SUBJECT: the text comes from standard input.
#include <istream>
#include <ostream>
#include <sstream>
#include <thread>
#include <utility>

#include <unistd.h>

#include "armor/json_line.hpp"
#include "armor/json_list.hpp"
#include "armor/names.hpp"
#include "armor/random.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/mailbox.hpp"
#include "bridge/client/outgoing.hpp"
#include "bridge/client/send_order.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::size_t kMaxTextBytes = 16u << 20;
/// The pauses between tries after a lost connection; the message's id makes them harmless.
constexpr std::chrono::milliseconds kPauses[] = {std::chrono::milliseconds(1'000),
                                                 std::chrono::milliseconds(3'000)};

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

Outcome<std::string> read_text(Context& context) {
    if (::isatty(STDIN_FILENO) == 1 && context.format == Format::text)
        context.notes << "Type the text; Ctrl-D on a line of its own ends it.\n";
    std::string text;
    std::string piece(64 * 1024, '\0');
    while (context.in.read(piece.data(), static_cast<std::streamsize>(piece.size())),
           context.in.gcount() > 0) {
        text.append(piece, 0, static_cast<std::size_t>(context.in.gcount()));
        if (text.size() > kMaxTextBytes)
            return failed(ExitStatus::bad_input, "the text is over 16 MiB; send it as a file with -a");
    }
    if (!armor::is_utf8(text))
        return failed(ExitStatus::bad_input,
                      "the text is not UTF-8; convert it with iconv or send it with -a");
    return text;
}

Outcome<std::string> read_id(const std::string& typed) {
    if (typed.empty()) return armor::random_uuid();
    auto id = parse_message_id(typed);
    if (!id)
        return failed(ExitStatus::usage,
                      "\"" + one_line(typed) + "\" is no UUID; leave --id out for a new one");
    return id;
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
    auto id = read_id(arguments.text("--id"));
    if (!id) return std::unexpected(id.error());
    auto attachments = gather_attachments(arguments.values("--attach"));
    if (!attachments) return std::unexpected(attachments.error());
    auto text = read_text(context);
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

Outcome<Submissions> try_again(Context& context, const SendOrder& order, const Outgoing& message) {
    auto submission = try_once(context, order, message);
    for (const auto pause : kPauses) {
        if (submission || submission.error().status != ExitStatus::temporary) return submission;
        context.notes << "immp: " << submission.error().text << " (trying again)\n";
        std::this_thread::sleep_for(pause);
        submission = try_once(context, order, message);
    }
    return submission;
}

std::string verdict_text(const RecipientVerdict& verdict) {
    if (verdict.code == 275) return "delivered";
    if (verdict.code == 273) return "queued";
    return (verdict.retry ? "refused for now: " : "refused: ") + std::to_string(verdict.code) + " " +
           one_line(verdict.text);
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

void report_text(const Context& context, const Submission& submission) {
    if (submission.verdicts.empty())
        context.out << "The server has " << submission.id << " already.\n";
    else
        context.out << "Message " << submission.id << (submission.sealed ? ", sealed end to end\n" : "\n");
    for (const RecipientVerdict& verdict : submission.verdicts)
        context.out << "  " << one_line(verdict.recipient) << "  " << verdict_text(verdict) << '\n';
}

ExitStatus status_of(const Submissions& submissions) {
    ExitStatus status = ExitStatus::ok;
    for (const Submission& submission : submissions)
        for (const RecipientVerdict& verdict : submission.verdicts) {
            if (verdict.code < 400) continue;
            if (!verdict.retry) return ExitStatus::refused;
            status = ExitStatus::temporary;
        }
    return status;
}

}  // namespace

Done run_send(Context& context, const Arguments& arguments) {
    const auto order = read_send_order(context, arguments);
    if (!order) return std::unexpected(order.error());
    const auto message = compose(context, arguments);
    if (!message) return std::unexpected(message.error());
    const auto submissions = try_again(context, *order, *message);
    if (!submissions) {
        Failure failure = submissions.error();
        if (failure.status == ExitStatus::temporary) failure.text += " with --id " + message->id;
        return std::unexpected(failure);
    }
    for (const Submission& submission : *submissions)
        context.format == Format::json ? report_json(context, submission) : report_text(context, submission);
    return status_of(*submissions);
}

}  // namespace immp::bridge::client
