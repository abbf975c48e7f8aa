#include "bridge/node/incoming_mail.hpp"

#include "bridge/mail/metadata.hpp"
#include "bridge/node/mail_drop.hpp"
#include "bridge/node/outcome.hpp"

namespace immp::bridge {
namespace {

/// Whether `from` may come from `origin`: an IMID of it in its one prepared form, or the bare domain.
bool speaks_for(const std::string& from, const std::string& origin) {
    if (from == origin) return true;
    const auto imid = parse_imid(from);
    return imid && imid->domain == origin && imid->text() == from && imid->message.empty();
}

/// What the metadata part says and the inner envelope has no room for. A part that is not right is left as a
/// part. An Error is the store's.
Result<void> take_metadata(Transaction& transaction, Message& message,
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

struct FiledFor {
    int code = 0;
    std::uint32_t repeats = 0;
    std::optional<std::chrono::seconds> retry = std::nullopt;
};

Result<FiledFor> file_for(Transaction& transaction, const NodeServices& services, const std::string& origin,
                          const Message& message, MailDrop& drop, const std::string& recipient,
                          const armor::Digest& digest) {
    const auto imid = parse_imid(recipient);
    if (!imid || imid->domain != services.domain || imid->text() != recipient || imid->local.empty())
        return FiledFor{451, 0, {}};
    const Envelope& envelope = message.envelope;
    auto before = transaction.mailboxes().delivered(origin, envelope.from, envelope.id, recipient);
    if (!before) return std::unexpected(std::move(before.error()));
    if (*before) return FiledFor{(*before)->digest == digest ? (*before)->code : 452, 1, {}};
    // Not recorded: it may come again.
    if (const auto pause = services.domain_rate->take(origin, 1, services.now()))
        return FiledFor{429, 0, pause};
    auto dropped = drop.drop(*imid);
    if (!dropped) return std::unexpected(std::move(dropped.error()));
    // What is refused for now may be taken later: it is not recorded.
    if (dropped->retry) return FiledFor{dropped->code, 0, dropped->retry};
    auto recorded = transaction.mailboxes().record_delivered(origin, envelope.from, envelope.id, recipient,
                                                             {digest, dropped->code}, services.now());
    if (!recorded) return std::unexpected(std::move(recorded.error()));
    return FiledFor{dropped->code, 0, {}};
}

}  // namespace

Result<Filed> file_mail(Transaction& transaction, const NodeServices& services, const std::string& origin,
                        IncomingMail& mail) {
    Message& message = mail.inner.message;
    Filed filed;
    const int refusal = mail.refusal != 0 || speaks_for(message.envelope.from, origin) ? mail.refusal : 452;
    if (refusal != 0) {
        for (std::uint32_t i = 0; i < mail.inner.recipients.size(); ++i)
            filed.outcomes.push_back(outcome_of(i, refusal));
        return filed;
    }
    for (std::size_t i = 0; i < mail.bodies.size(); ++i) {
        auto body = mail.bodies[i].settle(transaction, services.now());
        if (!body) return std::unexpected(std::move(body.error()));
        message.parts[i].body = *body;
        message.parts[i].digest = mail.bodies[i].digest;
    }
    const armor::Digest digest = message_digest(message);
    if (auto done = take_metadata(transaction, message, mail.bodies); !done)
        return std::unexpected(std::move(done.error()));
    message.envelope.received.push_back({services.domain, services.now()});
    const DropContext context = drop_context(services);
    MailDrop drop(transaction, message, context);
    for (std::uint32_t i = 0; i < mail.inner.recipients.size(); ++i) {
        const auto done =
            file_for(transaction, services, origin, message, drop, mail.inner.recipients[i], digest);
        if (!done) return std::unexpected(done.error());
        filed.outcomes.push_back(outcome_of(i, done->code, done->retry));
        filed.repeats += done->repeats;
    }
    return filed;
}

}  // namespace immp::bridge
