#include "bridge/node/incoming_mail.hpp"

#include "bridge/mail/metadata.hpp"
#include "bridge/node/filed_once.hpp"
#include "bridge/node/mail_drop.hpp"

namespace immp::bridge {
namespace {

/// Whether `from` may come from `origin`: an IMID of it in its one prepared form, or the bare domain.
bool speaks_for(const std::string& from, const std::string& origin) {
    if (from == origin) return true;
    const auto imid = parse_imid(from);
    return imid && imid->domain == origin && imid->text() == from && imid->message.empty();
}

/// What the metadata part says and the inner envelope has no room for. A part that is not right is left as a
/// part.
void take_metadata(Message& message, const std::vector<StagedBody>& bodies) {
    for (std::size_t i = 0; i < message.parts.size(); ++i) {
        if (!is_metadata_type(message.parts[i].type)) continue;
        const auto text = bodies[i].in_memory();
        auto metadata = text ? parse_metadata(*text) : fail(413, "Metadata too large");
        if (!metadata) return;
        message.envelope.reply_to = std::move(metadata->reply_to);
        message.envelope.in_reply_to = std::move(metadata->in_reply_to);
        message.envelope.references = std::move(metadata->references);
        return;
    }
}

Result<FiledFor> file_for(const NodeServices& services, MailDrop& drop, const std::string& recipient) {
    const auto imid = parse_imid(recipient);
    if (!imid || imid->domain != services.domain || imid->text() != recipient || imid->local.empty())
        return FiledFor{451};
    auto dropped = drop.drop(*imid);
    if (!dropped) return std::unexpected(std::move(dropped.error()));
    return FiledFor{dropped->code, dropped->retry};
}

}  // namespace

Result<Filed> file_mail(Transaction& transaction, const NodeServices& services, const std::string& origin,
                        IncomingMail& mail) {
    Message& message = mail.inner.message;
    const int refusal = mail.refusal != 0 || speaks_for(message.envelope.from, origin) ? mail.refusal : 452;
    if (refusal != 0) return refused_whole(mail, refusal);
    for (std::size_t i = 0; i < mail.bodies.size(); ++i) {
        auto body = mail.bodies[i].settle(transaction, services.now());
        if (!body) return std::unexpected(std::move(body.error()));
        message.parts[i].body = *body;
        message.parts[i].digest = mail.bodies[i].digest;
    }
    const armor::Digest digest = message_digest(message);
    take_metadata(message, mail.bodies);
    message.envelope.received.push_back({services.domain, services.now()});
    const DropContext context = drop_context(services);
    MailDrop drop(transaction, message, context);
    Filed filed;
    for (const std::string& recipient : mail.inner.recipients) {
        const auto done = file_once(transaction, services, origin, message.envelope, recipient, digest,
                                    [&] { return file_for(services, drop, recipient); });
        if (!done) return std::unexpected(done.error());
        note_filed(filed, *done);
    }
    return filed;
}

}  // namespace immp::bridge
