#include "bridge/node/ruling.hpp"

#include "bridge/mail/inner.hpp"
#include "bridge/node/absence.hpp"
#include "bridge/node/keeping.hpp"
#include "bridge/node/notices.hpp"
#include "bridge/node/place.hpp"
#include "bridge/node/queueing.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

/// Its job ends it, not the clock: a daemon that was down for a week asks the program then.
constexpr std::chrono::years kHeldFor{100};

/// `alice+lists@`: the sub-folder of INBOX, or of a seat, of that name if there is one, else that itself; the
/// sender cannot tell which (decisions, 5). The names of default folders are no tags: `alice+junk@` is INBOX.
Result<FolderId> folder_of_tag(Transaction& transaction, const Addressee& addressee, const std::string& tag) {
    const bool is_tag = !tag.empty() && !is_default_folder("/" + tag.substr(0, tag.find('/')));
    for (const std::string& path : {is_tag ? addressee.top + "/" + tag : std::string(), addressee.top}) {
        if (path.empty()) continue;
        auto folder = transaction.mailboxes().folder(addressee.account, path);
        if (!folder) return std::unexpected(std::move(folder.error()));
        if (*folder) return (*folder)->id;
    }
    return fail(702, "Storage failed", "an account without " + addressee.top);
}

Result<FolderId> folder_of_rule(Transaction& transaction, const Addressee& addressee,
                                const std::string& path) {
    auto folder = transaction.mailboxes().folder(addressee.account, path);
    if (!folder) return std::unexpected(std::move(folder.error()));
    if (*folder) return (*folder)->id;
    return folder_of_tag(transaction, addressee, "");
}

Result<void> file_into(Transaction& transaction, const Ruled& ruled, MessageId message, FolderId folder,
                       const RulePlan& plan) {
    const DropContext& context = ruled.context;
    auto filed = transaction.mailboxes().file(message, folder, plan.read ? Mark::read : Mark::unread,
                                              context.uuid(), context.now);
    if (!filed) return std::unexpected(std::move(filed.error()));
    if (!plan.flagged) return {};
    return transaction.references().set_flags(folder, *filed, {std::nullopt, true});
}

Result<void> bounce_to_forwarder(Transaction& transaction, const Ruled& ruled, const std::string& target,
                                 int code, const std::string& cause) {
    const DropContext& context = ruled.context;
    const std::string owner = ruled.recipient.account();
    auto language = language_of(transaction, owner);
    if (!language) return std::unexpected(std::move(language.error()));
    const Undelivered what{
        owner, context.domain, {target, code, cause}, ruled.message.envelope, std::move(*language)};
    return file_notice(transaction, owner, bounce(what, context.uuid(), context.now), context.uuid,
                       context.now);
}

Message forwarded_message(const Ruled& ruled) {
    Message forwarded = ruled.message;
    Envelope& envelope = forwarded.envelope;
    if (envelope.original_from.empty()) envelope.original_from = envelope.from;
    envelope.from = ruled.recipient.account();
    envelope.received.push_back({ruled.context.domain, ruled.context.now});
    envelope.received_via.clear();  // the way of another message
    return forwarded;
}

/// To a mailbox of this domain at once, with its own blocks and rules.
Result<void> forward_here(Transaction& transaction, const Ruled& ruled, const Message& forwarded,
                          const Imid& target) {
    MailDrop drop(transaction, forwarded, ruled.context);
    const auto outcome = drop.drop(target);
    if (!outcome) return std::unexpected(outcome.error());
    if (outcome->code < 300) return {};
    return bounce_to_forwarder(transaction, ruled, target.text(), outcome->code,
                               std::string(code_spec(outcome->code).text));
}

Result<void> forward_away(Transaction& transaction, const Ruled& ruled, const Message& forwarded,
                          const Imid& target) {
    const auto octets = travelling_octets(forwarded, target);
    if (!octets)
        return bounce_to_forwarder(transaction, ruled, target.text(), 413, std::string(code_spec(413).text));
    MailDrop drop(transaction, forwarded, ruled.context);
    auto message = drop.stored();
    if (!message) return std::unexpected(std::move(message.error()));
    ruled.context.bell->ring();
    return queue_mail(transaction, *message, *octets, ruled.recipient.account(), target, ruled.context.now);
}

/// Once a message and address; not where the way would get longer than a peer takes (413): then the mailbox
/// keeps it, and that is all.
Result<void> forward(Transaction& transaction, const Ruled& ruled, const std::string& address) {
    const Envelope& envelope = ruled.message.envelope;
    const auto target = parse_imid(address);
    if (!target || envelope.received.size() >= kMaxItemHops) return {};
    const auto is_first =
        transaction.rules().note_forward(ruled.addressee.account, envelope.id, address, ruled.context.now);
    if (!is_first) return std::unexpected(is_first.error());
    if (!*is_first) return {};
    const Message forwarded = forwarded_message(ruled);
    const bool is_here = target->domain == ruled.context.domain;
    return is_here ? forward_here(transaction, ruled, forwarded, *target)
                   : forward_away(transaction, ruled, forwarded, *target);
}

}  // namespace

Result<RulePlan> ruled_plan(Transaction& transaction, const Ruled& ruled, const RuleVerdicts& verdicts) {
    const auto rules = transaction.rules().list(ruled.addressee.account);
    if (!rules) return std::unexpected(rules.error());
    return plan_rules(*rules, ruled.message, ruled.recipient.account(), verdicts);
}

Result<void> file_by_plan(Transaction& transaction, const Ruled& ruled, MessageId message,
                          const RulePlan& plan) {
    std::vector<FolderId> folders;
    for (const std::string& path : plan.files) {
        auto folder = folder_of_rule(transaction, ruled.addressee, path);
        if (!folder) return std::unexpected(std::move(folder.error()));
        folders.push_back(*folder);
    }
    if (folders.empty()) {
        auto folder = folder_of_tag(transaction, ruled.addressee, ruled.recipient.tag);
        if (!folder) return std::unexpected(std::move(folder.error()));
        folders.push_back(*folder);
    }
    for (const FolderId folder : folders)
        if (auto filed = file_into(transaction, ruled, message, folder, plan); !filed) return filed;
    for (const std::string& address : plan.forwards)
        if (auto done = forward(transaction, ruled, address); !done) return done;
    return answer_if_away(transaction, ruled.context, ruled.addressee.account, ruled.recipient,
                          ruled.message);
}

Result<void> hold_for_program(Transaction& transaction, const Ruled& ruled, MessageId message) {
    // INBOX is there as long as the account: a folder that is dropped would take its leases along.
    const DropContext& context = ruled.context;
    const auto inbox = folder_of_tag(transaction, ruled.addressee, "");
    if (!inbox) return std::unexpected(inbox.error());
    const auto uuid =
        transaction.mailboxes().file(message, *inbox, Mark::unread, context.uuid(), context.now);
    if (!uuid) return std::unexpected(uuid.error());
    const std::string lease = new_lease();  // nobody is told this one
    const Time ends = context.now + std::chrono::duration_cast<std::chrono::seconds>(kHeldFor);
    if (auto taken = transaction.leases().take(lease, *inbox, *uuid, ends); !taken) return taken;
    context.bell->ring();
    return transaction.rules().add_job(ruled.addressee.account, lease, ruled.recipient.text());
}

Result<void> bounce_ruled(Transaction& transaction, const Ruled& ruled, const std::string& reason) {
    const DropContext& context = ruled.context;
    const Envelope& envelope = ruled.message.envelope;
    const auto sender = parse_imid(envelope.from);
    const bool is_nobody = !sender || sender->local.empty() || sender->local == "mailer-daemon";
    if (is_nobody || !envelope.failed.empty()) return {};
    auto language = language_of(transaction, sender->account());
    if (!language) return std::unexpected(std::move(language.error()));
    const std::string cause = reason.empty() ? std::string(code_spec(452).text) : reason;
    const Undelivered what{sender->account(),
                           context.domain,
                           {ruled.recipient.text(), 452, cause},
                           envelope,
                           std::move(*language)};
    Notice notice = bounce(what, context.uuid(), context.now);
    if (sender->domain == context.domain)
        return file_notice(transaction, sender->account(), std::move(notice), context.uuid, context.now);
    if (auto settled = settle_notice(transaction, notice, context.now); !settled) return settled;
    auto message = transaction.mailboxes().add(notice.message);
    if (!message) return std::unexpected(std::move(message.error()));
    context.bell->ring();
    const auto octets = travelling_octets(notice.message, *sender);
    if (!octets) return std::unexpected(octets.error());
    return queue_mail(transaction, *message, *octets, "", *sender, context.now);
}

}  // namespace immp::bridge
