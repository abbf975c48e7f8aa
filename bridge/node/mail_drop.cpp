#include "bridge/node/mail_drop.hpp"

#include "bridge/node/keeping.hpp"
#include "bridge/node/place.hpp"
#include "bridge/node/ruling.hpp"
#include "bridge/node/services.hpp"
#include "bridge/wire/codes.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge {
namespace {

RecipientOutcome refused_for_now(const std::string& name, int code) {
    const Error refused = refusal(code);
    return {name, code, std::string(code_spec(code).text), refused.retry};
}

}  // namespace

DropContext drop_context(const NodeServices& services) {
    return {services.domain, services.uuid, services.now(), services.limits.mailbox_bytes, services.bell};
}

Result<RecipientOutcome> MailDrop::drop(const Imid& recipient) {
    const std::string name = recipient.text();
    if (message_.envelope.expires && *message_.envelope.expires <= context_.now) {
        return RecipientOutcome{name, 410, "Message expired", std::nullopt};
    }
    const auto addressee = addressee_of(transaction_, recipient);
    if (!addressee) return std::unexpected(addressee.error());
    if (!*addressee) return RecipientOutcome{name, 451, "No such mailbox here", std::nullopt};
    const AccountId account = (*addressee)->account;
    auto verdict = judge(account, recipient);
    if (!verdict) return std::unexpected(std::move(verdict.error()));
    if (!*verdict) return file(**addressee, recipient);
    if ((*verdict)->action == BlockAction::junk) return file_as_junk(account, name);
    return turn_away(account, name, **verdict);
}

/// By the account's rules.
Result<RecipientOutcome> MailDrop::file(const Addressee& addressee, const Imid& recipient) {
    const std::string name = recipient.text();
    const AccountId account = addressee.account;
    const Ruled ruled{context_, addressee, recipient, message_};
    auto plan = ruled_plan(transaction_, ruled, {});
    if (!plan) return std::unexpected(std::move(plan.error()));
    if (plan->reject) {
        std::string text(code_spec(452).text);
        if (!plan->reject->empty()) text += " reason=" + as_quoted(*plan->reject);
        return RecipientOutcome{name, 452, std::move(text), std::nullopt};
    }
    const auto room = fits(account);
    if (!room) return std::unexpected(room.error());
    if (!*room) return refused_for_now(name, 441);
    if (plan->run) {
        const auto waiting = transaction_.rules().jobs_of(account);
        if (!waiting) return std::unexpected(waiting.error());
        if (*waiting >= kMaxRuleJobs) return refused_for_now(name, 705);
    }
    auto message = stored();
    if (!message) return std::unexpected(std::move(message.error()));
    auto filed = plan->run ? hold_for_program(transaction_, ruled, *message)
                           : file_by_plan(transaction_, ruled, *message, *plan);
    if (!filed) return std::unexpected(std::move(filed.error()));
    return RecipientOutcome{name, 275, "Delivered", std::nullopt};
}

/// Whoever blocks a whole domain, his own perhaps, still writes to himself.
Result<std::optional<Verdict>> MailDrop::judge(AccountId account, const Imid& recipient) {
    const auto from = parse_imid(message_.envelope.from);
    if (from && from->account() == recipient.account()) return std::nullopt;
    return judge_sender(transaction_, account, message_.envelope.from, context_.now);
}

/// What is thrown away looks delivered to the sender.
Result<RecipientOutcome> MailDrop::turn_away(AccountId account, const std::string& name,
                                             const Verdict& verdict) {
    const bool is_told = verdict.action == BlockAction::reject;
    RecipientOutcome outcome{name, 275, "Delivered", std::nullopt};
    if (is_told) outcome = {name, verdict.code, std::string(code_spec(verdict.code).text), std::nullopt};
    auto noted = transaction_.blocks().note_refused(
        account, {context_.now, message_.envelope.from, outcome.code, verdict.pattern}, kMaxRefused);
    if (!noted) return std::unexpected(std::move(noted.error()));
    return outcome;
}

Result<bool> MailDrop::keep_copy(AccountId account, std::optional<AccountId> member) {
    const auto room = fits(account);
    if (!room) return room;
    if (!*room) return false;
    auto sent = transaction_.mailboxes().folder(account, "/SENT");
    if (!sent) return std::unexpected(std::move(sent.error()));
    if (!*sent) return false;
    auto message = stored();
    if (!message) return std::unexpected(std::move(message.error()));
    auto filed =
        transaction_.mailboxes().file(*message, (*sent)->id, Mark::read, context_.uuid(), context_.now);
    if (!filed) return std::unexpected(std::move(filed.error()));
    if (member) {
        auto marked = transaction_.mailboxes().mark({(*sent)->id, member}, *filed, Mark::read);
        if (!marked) return std::unexpected(std::move(marked.error()));
    }
    return true;
}

/// What the mailbox holds already needs no room: a message to oneself, or to two folders of one.
Result<bool> MailDrop::fits(AccountId account) {
    if (stored_) {
        auto held = transaction_.quotas().holds(account, *stored_);
        if (!held || *held) return held;
    }
    return has_room(transaction_, account, message_.length(), context_.mailbox_bytes);
}

Result<MessageId> MailDrop::stored() {
    if (stored_) return *stored_;
    auto added = transaction_.mailboxes().add(message_);
    if (added) stored_ = *added;
    return added;
}

Result<RecipientOutcome> MailDrop::file_as_junk(AccountId account, const std::string& name) {
    const auto room = fits(account);
    if (!room) return std::unexpected(room.error());
    if (!*room) return refused_for_now(name, 441);
    const auto junk = transaction_.mailboxes().folder(account, "/JUNK");
    if (!junk) return std::unexpected(junk.error());
    if (!*junk) return fail(702, "Storage failed", "an account without /JUNK");
    auto message = stored();
    if (!message) return std::unexpected(std::move(message.error()));
    auto filed =
        transaction_.mailboxes().file(*message, (*junk)->id, Mark::unread, context_.uuid(), context_.now);
    if (!filed) return std::unexpected(std::move(filed.error()));
    return RecipientOutcome{name, 275, "Delivered", std::nullopt};
}

}  // namespace immp::bridge
