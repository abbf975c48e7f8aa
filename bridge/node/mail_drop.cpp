#include "bridge/node/mail_drop.hpp"

#include "bridge/node/absence.hpp"
#include "bridge/node/keeping.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {

Result<RecipientOutcome> MailDrop::drop(const Imid& recipient) {
    const std::string name = recipient.text();
    if (message_.envelope.expires && *message_.envelope.expires <= now_) {
        return RecipientOutcome{name, 410, "Message expired", std::nullopt};
    }
    const auto addressee = addressee_of(transaction_, recipient);
    if (!addressee) return std::unexpected(addressee.error());
    if (!*addressee) return RecipientOutcome{name, 451, "No such mailbox here", std::nullopt};
    const AccountId account = (*addressee)->account;
    auto verdict = judge(account, recipient);
    if (!verdict) return std::unexpected(std::move(verdict.error()));
    const bool is_junk = *verdict && (*verdict)->action == BlockAction::junk;
    if (*verdict && !is_junk) return turn_away(account, name, **verdict);
    const auto room = fits(account);
    if (!room) return std::unexpected(room.error());
    if (!*room) {
        const Error full = refusal(441);
        return RecipientOutcome{name, full.code, std::string(code_spec(441).text), full.retry};
    }
    auto folder = is_junk ? default_folder(account, "/JUNK") : folder_for(**addressee, recipient.tag);
    if (!folder) return std::unexpected(std::move(folder.error()));
    auto message = stored();
    if (!message) return std::unexpected(std::move(message.error()));
    auto filed = transaction_.mailboxes().file(*message, *folder, Mark::unread, uuid_(), now_);
    if (!filed) return std::unexpected(std::move(filed.error()));
    if (!is_junk) {
        auto answered =
            answer_if_away(transaction_, account, recipient, message_, uuid_, now_, mailbox_bytes_);
        if (!answered) return std::unexpected(std::move(answered.error()));
    }
    return RecipientOutcome{name, 275, "Delivered", std::nullopt};
}

/// Whoever blocks a whole domain, his own perhaps, still writes to himself.
Result<std::optional<Verdict>> MailDrop::judge(AccountId account, const Imid& recipient) {
    const auto from = parse_imid(message_.envelope.from);
    if (from && from->account() == recipient.account()) return std::nullopt;
    return judge_sender(transaction_, account, message_.envelope.from, now_);
}

/// What is thrown away looks delivered to the sender.
Result<RecipientOutcome> MailDrop::turn_away(AccountId account, const std::string& name,
                                             const Verdict& verdict) {
    const bool is_told = verdict.action == BlockAction::reject;
    RecipientOutcome outcome{name, 275, "Delivered", std::nullopt};
    if (is_told) outcome = {name, verdict.code, std::string(code_spec(verdict.code).text), std::nullopt};
    auto noted = transaction_.blocks().note_refused(
        account, {now_, message_.envelope.from, outcome.code, verdict.pattern}, kMaxRefused);
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
    auto filed = transaction_.mailboxes().file(*message, (*sent)->id, Mark::read, uuid_(), now_);
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
    return has_room(transaction_, account, message_.length(), mailbox_bytes_);
}

Result<MessageId> MailDrop::stored() {
    if (stored_) return *stored_;
    auto added = transaction_.mailboxes().add(message_);
    if (added) stored_ = *added;
    return added;
}

/// `alice+lists@`: the sub-folder of INBOX, or of a seat, of that name if there is one, else that itself; the
/// sender cannot tell which (decisions, 5). The names of default folders are no tags: `alice+junk@` is INBOX.
Result<FolderId> MailDrop::folder_for(const Addressee& addressee, const std::string& tag) {
    if (!tag.empty() && !is_default_folder("/" + tag.substr(0, tag.find('/')))) {
        const auto folder = transaction_.mailboxes().folder(addressee.account, addressee.top + "/" + tag);
        if (!folder) return std::unexpected(folder.error());
        if (*folder) return (*folder)->id;
    }
    return default_folder(addressee.account, addressee.top);
}

Result<FolderId> MailDrop::default_folder(AccountId account, std::string_view path) {
    auto folder = transaction_.mailboxes().folder(account, path);
    if (!folder) return std::unexpected(std::move(folder.error()));
    if (!*folder) return fail(702, "Storage failed", "an account without " + std::string(path));
    return (*folder)->id;
}

}  // namespace immp::bridge
