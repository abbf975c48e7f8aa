#include "bridge/node/incoming_mail.hpp"

#include "bridge/mail/metadata.hpp"
#include "bridge/node/mail_drop.hpp"
#include "bridge/node/outcome.hpp"

namespace immp::bridge {
namespace {

/// What the metadata part says and the inner envelope has no room for. A part that is not right is left as a
/// part. An Error is the store's.
Result<void> take_mail_metadata(Transaction& transaction, Message& message,
                                const std::vector<StagedBody>& bodies) {
    for (std::size_t i = 0; i < message.parts.size(); ++i) {
        if (!is_metadata_type(message.parts[i].type)) continue;
        if (bodies[i].length > kMaxMetadataBytes) return {};
        const auto text = bodies[i].text(transaction);
        if (!text) return std::unexpected(text.error());
        auto metadata = parse_metadata(*text);
        if (!metadata) return {};
        message.envelope.reply_to = std::move(metadata->reply_to);
        message.envelope.in_reply_to = std::move(metadata->in_reply_to);
        message.envelope.references = std::move(metadata->references);
        return {};
    }
    return {};
}

Result<Taken> drop_for(const NodeServices& services, const std::string& origin, MailDrop& drop,
                       const std::string& recipient) {
    const auto imid = own_recipient(services, recipient);
    if (!imid) return Taken{451, {}};
    if (const auto pause = services.domain_rate->take(origin, 1, services.now())) return Taken{429, pause};
    auto dropped = drop.drop(*imid);
    if (!dropped) return std::unexpected(std::move(dropped.error()));
    return Taken{dropped->code, dropped->retry};
}

armor::Digest digest_of(const IncomingMail& mail) {
    Message told = mail.inner.message;
    for (std::size_t i = 0; i < mail.bodies.size(); ++i)
        told.parts[i].digest = mail.bodies[i].digest;
    return message_digest(told);
}

bool is_of_another_domain(const NodeServices& services, const std::string& recipient) {
    const auto imid = parse_imid(recipient);
    return imid && imid->domain != services.domain;
}

/// Whether the outcome is kept for a month, so that a repetition changes nothing. A refusal has changed
/// nothing, so a repetition is judged anew; and there is no end of names that are none.
bool is_recorded(const Taken& taken) {
    constexpr int kUnsubscribed = 283;  // said of what was never subscribed, too
    return taken.code < 300 && taken.code != kUnsubscribed;
}

}  // namespace

/// Whether `from` may come from `origin`: an IMID of it in its one prepared form, or the bare domain.
bool speaks_for(const std::string& from, const std::string& origin) {
    if (from == origin) return true;
    const auto imid = parse_imid(from);
    return imid && imid->domain == origin && imid->text() == from && imid->message.empty();
}

std::optional<Imid> own_recipient(const NodeServices& services, const std::string& recipient) {
    auto imid = parse_imid(recipient);
    if (!imid || imid->domain != services.domain || imid->text() != recipient || imid->local.empty())
        return std::nullopt;
    return *std::move(imid);
}

Result<Filed> file_once(Transaction& transaction, const NodeServices& services, const std::string& origin,
                        const IncomingMail& mail, int refusal, const TakeFor& take) {
    const Envelope& envelope = mail.inner.message.envelope;
    const armor::Digest digest = digest_of(mail);
    Filed filed;
    for (std::uint32_t i = 0; i < mail.inner.recipients.size(); ++i) {
        const std::string& recipient = mail.inner.recipients[i];
        const int refused = refusal == 0 && is_of_another_domain(services, recipient) ? 452 : refusal;
        if (refused != 0) {
            filed.outcomes.push_back(outcome_of(i, refused));
            continue;
        }
        auto before = transaction.mailboxes().delivered(origin, envelope.from, envelope.id, recipient);
        if (!before) return std::unexpected(std::move(before.error()));
        if (*before) {
            filed.outcomes.push_back(outcome_of(i, (*before)->digest == digest ? (*before)->code : 452));
            ++filed.repeats;
            continue;
        }
        const auto taken = take(recipient);
        if (!taken) return std::unexpected(taken.error());
        filed.outcomes.push_back(outcome_of(i, taken->code, taken->retry));
        if (!is_recorded(*taken)) continue;
        auto recorded = transaction.mailboxes().record_delivered(
            origin, envelope.from, envelope.id, recipient, {digest, taken->code}, services.now());
        if (!recorded) return std::unexpected(std::move(recorded.error()));
    }
    return filed;
}

Result<std::string> short_text(Transaction& transaction, const StagedBody& body, std::size_t most) {
    if (body.length > most) return fail(413, "Too large");
    return body.text(transaction);
}

Result<Taken> as_taken(Error error) {
    if (error.code >= 700) return std::unexpected(std::move(error));
    return Taken{error.code, error.retry};
}

Result<void> settle_bodies(Transaction& transaction, IncomingMail& mail, Time now) {
    for (std::size_t i = 0; i < mail.bodies.size(); ++i) {
        auto body = mail.bodies[i].settle(transaction, now);
        if (!body) return std::unexpected(std::move(body.error()));
        mail.inner.message.parts[i].body = *body;
        mail.inner.message.parts[i].digest = mail.bodies[i].digest;
    }
    return {};
}

Result<Filed> file_mail(Transaction& transaction, const NodeServices& services, const std::string& origin,
                        IncomingMail& mail) {
    Message& message = mail.inner.message;
    const int refusal = mail.refusal != 0 || speaks_for(message.envelope.from, origin) ? mail.refusal : 452;
    if (refusal == 0) {
        if (auto done = settle_bodies(transaction, mail, services.now()); !done)
            return std::unexpected(std::move(done.error()));
    }
    // What is told apart is what came, so a copy of it is filed.
    Message filed = message;
    if (refusal == 0) {
        if (auto done = take_mail_metadata(transaction, filed, mail.bodies); !done)
            return std::unexpected(std::move(done.error()));
    }
    filed.envelope.received.push_back({services.domain, services.now()});
    const DropContext context = drop_context(services);
    MailDrop drop(transaction, filed, context);
    return file_once(transaction, services, origin, mail, refusal, [&](const std::string& recipient) {
        return drop_for(services, origin, drop, recipient);
    });
}

}  // namespace immp::bridge
