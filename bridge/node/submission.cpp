#include "bridge/node/submission.hpp"

#include <algorithm>

#include "armor/json_line.hpp"
#include "bridge/mail/inner.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/node/mail_drop.hpp"
#include "bridge/node/place.hpp"
#include "bridge/node/queueing.hpp"
#include "bridge/node/repeat.hpp"
#include "bridge/node/sharing.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

/// What makes a repeated `ID` the same submission: all that the user said, bodies by digest.
armor::Digest submission_digest(const Submit& request, const std::vector<StagedBody>& bodies) {
    std::vector<std::string> recipients;
    for (const Imid& recipient : request.recipients)
        recipients.push_back(recipient.text());
    armor::JsonWriter json;
    json.text("from", request.from)
        .json("to", armor::json_texts(recipients))
        .text("subject", request.subject);
    json.number("importance", static_cast<std::uint64_t>(request.importance));
    json.number("secure", request.secure ? 1 : 0).number("anonymous", request.anonymous ? 1 : 0);
    json.number("expires", request.expires ? static_cast<std::uint64_t>(request.expires->count()) + 1 : 0);
    armor::Hasher hasher("IMMP1 submission");
    hasher.add(json.line());
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        const SubmittedPart& part = request.parts[i];
        armor::JsonWriter line;
        line.text("id", part.id)
            .text("type", part.type)
            .number("class", static_cast<std::uint64_t>(part.part_class));
        hasher.add(line.line());
        hasher.add(ByteView(bodies[i].digest));
    }
    return hasher.digest();
}

Result<void> take_metadata(Transaction& transaction, Envelope& envelope, const Submit& request,
                           const std::vector<StagedBody>& bodies) {
    const auto is_metadata = [](const SubmittedPart& part) { return is_metadata_type(part.type); };
    const auto found = std::ranges::find_if(request.parts, is_metadata);
    if (found == request.parts.end()) return {};
    if (std::ranges::count_if(request.parts, is_metadata) > 1)
        return fail(400, "More than one metadata part");
    const StagedBody& body = bodies[static_cast<std::size_t>(found - request.parts.begin())];
    if (body.length > kMaxMetadataBytes) return fail(413, "Metadata too large");
    const auto text = body.text(transaction);
    if (!text) return std::unexpected(text.error());
    auto metadata = parse_metadata(*text);
    if (!metadata) return std::unexpected(std::move(metadata.error()));
    envelope.to = std::move(metadata->to);
    envelope.cc = std::move(metadata->cc);
    envelope.reply_to = std::move(metadata->reply_to);
    envelope.in_reply_to = std::move(metadata->in_reply_to);
    envelope.references = std::move(metadata->references);
    if (metadata->date) envelope.date = *metadata->date;
    return {};
}

Result<Message> compose(Transaction& transaction, const Submit& request, const std::string& from,
                        const std::vector<StagedBody>& bodies, const SubmissionContext& context) {
    Message message;
    Envelope& envelope = message.envelope;
    envelope.id = request.id.empty() ? context.uuid() : request.id;
    envelope.from = request.anonymous ? context.domain : from;
    envelope.subject = request.subject;
    envelope.date = context.now;
    envelope.importance = request.importance;
    envelope.secure = request.secure;
    if (request.expires) envelope.expires = context.now + *request.expires;
    envelope.received = {{context.domain, context.now}};
    if (auto done = take_metadata(transaction, envelope, request, bodies); !done)
        return std::unexpected(std::move(done.error()));
    if (envelope.to.empty() && envelope.cc.empty()) {
        for (const Imid& recipient : request.recipients)
            envelope.to.push_back(recipient.text());
    }
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        const SubmittedPart& part = request.parts[i];
        message.parts.push_back({part.id, part.type, part.part_class, bodies[i].length, 0, bodies[i].digest});
    }
    return message;
}

Result<void> settle(Transaction& transaction, Message& message, const std::vector<StagedBody>& bodies,
                    Time now) {
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        auto body = bodies[i].settle(transaction, now);
        if (!body) return std::unexpected(std::move(body.error()));
        message.parts[i].body = *body;
    }
    return {};
}

/// Octets of the inner envelope for other domains. 413 or 415 where no bundle could carry it or no peer would
/// take it: said now, since later it would hold up all mail that is sealed with it.
Result<std::uint64_t> inner_bytes(const Message& message, const std::vector<Imid>& recipients) {
    Inner inner{message, {}};
    for (const Imid& recipient : recipients)
        inner.recipients.push_back(recipient.text());
    if (auto done = check_texts(inner); !done)
        return fail(415, "Control characters in a name or header", std::move(done.error().detail));
    auto json = inner_json(inner);
    if (!json) return std::unexpected(std::move(json.error()));
    return json->size();
}

Result<RecipientOutcome> enqueue(Transaction& transaction, MailDrop& drop, std::uint64_t octets,
                                 const Imid& recipient, const std::string& account, Time now) {
    auto stored = drop.stored();
    if (!stored) return std::unexpected(std::move(stored.error()));
    auto queued = queue_mail(transaction, *stored, octets, account, recipient, now);
    if (!queued) return std::unexpected(std::move(queued.error()));
    return RecipientOutcome{recipient.text(), 273, "Queued", std::nullopt};
}

/// The copy in SENT. In another's name it goes with who wrote it, or not at all: 441.
Result<bool> keep_copy(Transaction& transaction, MailDrop& drop, const Writer& writer, AccountId account,
                       const std::string& name) {
    if (!writer.is_other) return drop.keep_copy(account);
    const auto kept = drop.keep_copy(writer.mailbox, account);
    if (!kept) return kept;
    if (!*kept) return std::unexpected(refusal(441, "The mailbox that you write for is full"));
    const auto message = drop.stored();
    if (!message) return std::unexpected(message.error());
    auto noted = transaction.shares().note_sender(writer.mailbox, *message, name);
    if (!noted) return std::unexpected(std::move(noted.error()));
    return true;
}

}  // namespace

Result<Submitted> submit(Transaction& transaction, const Submit& request,
                         const std::vector<StagedBody>& bodies, const SubmissionContext& context) {
    auto account = session_account(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    const armor::Digest digest = submission_digest(request, bodies);
    if (auto done = check_repeat(transaction, *account, request.id, digest); !done) {
        return std::unexpected(std::move(done.error()));
    }
    const auto writer = writer_of(transaction, request);
    if (!writer) return std::unexpected(writer.error());
    if (const auto pause = context.rate->take(request.account, request.recipients.size(), context.now))
        return fail_for_now(429, "You wrote to too many; try again later", *pause);
    auto message = compose(transaction, request, writer->from, bodies, context);
    if (!message) return std::unexpected(std::move(message.error()));
    if (auto done = settle(transaction, *message, bodies, context.now); !done) {
        return std::unexpected(std::move(done.error()));
    }
    const auto envelope_bytes = inner_bytes(*message, request.recipients);
    if (!envelope_bytes) return std::unexpected(envelope_bytes.error());
    MailDrop drop(transaction, *message, context);
    Submitted submitted{message->envelope.id, {}};
    bool is_taken = false;
    for (const Imid& recipient : request.recipients) {
        auto outcome = recipient.domain == context.domain
                           ? drop.drop(recipient)
                           : enqueue(transaction, drop, message->length() + *envelope_bytes, recipient,
                                     writer->name, context.now);
        if (!outcome) return std::unexpected(std::move(outcome.error()));
        is_taken = is_taken || outcome->code < 300;
        submitted.outcomes.push_back(std::move(*outcome));
    }
    if (!is_taken) {
        // It leaves nothing; after an error that is the caller's to see to.
        for (const StagedBody& body : bodies)
            if (auto done = body.abandon(transaction); !done) return std::unexpected(std::move(done.error()));
        return submitted;
    }
    const auto kept = keep_copy(transaction, drop, *writer, *account, request.account);
    if (!kept) return std::unexpected(kept.error());
    submitted.copy_kept = *kept;
    auto done = transaction.mailboxes().record_submission(*account, submitted.id, digest, context.now);
    if (!done) return std::unexpected(std::move(done.error()));
    return submitted;
}

}  // namespace immp::bridge
