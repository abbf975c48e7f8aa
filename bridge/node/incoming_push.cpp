#include "bridge/node/incoming_push.hpp"

#include <algorithm>

#include "bridge/mail/metadata.hpp"
#include "bridge/mail/push_source.hpp"
#include "bridge/node/push_drop.hpp"

namespace immp::bridge {
namespace {

/// By the origin's clock a push may have its longest time yet.
constexpr std::chrono::minutes kClocksDiffer{10};

/// An account or node of the origin's, in its one form.
bool is_publisher(const Envelope& envelope, const std::string& origin) {
    const auto imid = parse_imid(envelope.from);
    return imid && imid->domain == origin && !imid->local.empty() && imid->account() == envelope.from &&
           envelope.original_from.empty();
}

/// What is wrong with its form: 452, 413; 0: nothing.
int refusal_of_form(const Message& message, const std::string& origin, Time now) {
    if (!is_publisher(message.envelope, origin)) return 452;
    if (*message.envelope.expires > now + kMaxPushTime + kClocksDiffer) return 452;
    std::size_t metadata = 0;
    for (const Part& part : message.parts) {
        if (part.part_class == PartClass::content && part.length > kMaxPushBytes) return 413;
        if (part.part_class == PartClass::content) continue;
        if (!is_metadata_type(part.type) || part.length > kMaxMetadataBytes || ++metadata > 1) return 452;
    }
    return 0;
}

/// Actions and in-reply-to; a push has nothing else there (452).
Result<bool> take_push_metadata(Transaction& transaction, Message& message,
                                const std::vector<StagedBody>& bodies) {
    const auto found = std::ranges::find(message.parts, PartClass::attachment, &Part::part_class);
    if (found == message.parts.end()) return true;
    const auto text = bodies[static_cast<std::size_t>(found - message.parts.begin())].text(transaction);
    if (!text) return std::unexpected(text.error());
    auto metadata = parse_metadata(*text, Kind::push);
    if (!metadata) return false;
    message.envelope.in_reply_to = std::move(metadata->in_reply_to);
    message.envelope.actions = std::move(metadata->actions);
    return true;
}

}  // namespace

Result<Filed> file_incoming_push(Transaction& transaction, const NodeServices& services,
                                 const std::string& origin, IncomingMail& mail) {
    Message& message = mail.inner.message;
    Envelope& envelope = message.envelope;
    // By its own date: the same again is the same push.
    if (!envelope.expires) envelope.expires = envelope.date + kPushTime;
    int refusal = mail.refusal != 0 ? mail.refusal : refusal_of_form(message, origin, services.now());
    if (refusal == 0) {
        const auto is_push = take_push_metadata(transaction, message, mail.bodies);
        if (!is_push) return std::unexpected(is_push.error());
        if (!*is_push) refusal = 452;
    }
    for (std::size_t i = 0; i < mail.bodies.size(); ++i)
        message.parts[i].digest = mail.bodies[i].digest;
    envelope.received.push_back({services.domain, services.now()});
    const DropContext context = drop_context(services);
    PushDrop drop(transaction, message, mail.bodies, context);
    const PushSender sender{PushEntry::domain, {}, envelope.from, mail.inner.token};
    return file_once(transaction, services, origin, mail, refusal,
                     [&](const std::string& recipient) -> Result<Taken> {
                         const auto imid = own_recipient(services, recipient);
                         if (!imid || !imid->folder.empty() || !imid->message.empty()) return Taken{451};
                         if (const auto pause = services.domain_rate->take(origin, 1, services.now()))
                             return Taken{429, pause};
                         const auto done = drop.drop(*imid, sender);
                         if (!done) return std::unexpected(done.error());
                         return Taken{done->code, done->retry};
                     });
}

}  // namespace immp::bridge
