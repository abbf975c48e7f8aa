#include "bridge/node/push_drop.hpp"

#include <algorithm>

#include "armor/json_line.hpp"
#include "bridge/mail/push_action.hpp"
#include "bridge/mail/push_token.hpp"
#include "bridge/mail/settings.hpp"
#include "bridge/node/keeping.hpp"
#include "bridge/node/preferences.hpp"
#include "bridge/node/push_folder.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

constexpr int kTaken = 265;
constexpr int kDelivered = 266;

const Part* content_of(const Message& message) {
    const auto content = std::ranges::find(message.parts, PartClass::content, &Part::part_class);
    return content == message.parts.end() ? nullptr : &*content;
}

/// What makes two pushes of a source the same: content and actions. A stranger never repeats for who is
/// known.
armor::Digest repetition_digest(const Message& message, const std::string& source) {
    armor::Hasher hasher("IMMP1 push");
    armor::JsonWriter json;
    json.text("source", source).text("unverified", message.envelope.original_from);
    std::vector<std::string> actions;
    for (const PushAction& action : message.envelope.actions)
        actions.insert(actions.end(), {action.label, action.uri});
    json.json("actions", armor::json_texts(actions));
    const Part* content = content_of(message);
    json.text("type", content ? content->type : "");
    hasher.add(json.line());
    if (content) hasher.add(ByteView(content->digest));
    return hasher.digest();
}

}  // namespace

Result<std::optional<AccountId>> mailbox_of_push(Transaction& transaction, const Imid& recipient) {
    auto account = transaction.accounts().find(recipient.account());
    const std::size_t slash = recipient.local.find('/');
    if (!account || *account || slash == recipient.local.npos) return account;
    return transaction.accounts().find(recipient.local.substr(0, slash) + "@" + recipient.domain);
}

Result<bool> file_push(Transaction& transaction, const DropContext& context, AccountId account,
                       const Message& message, const std::string& source, MessageId stored) {
    const auto folder = push_folder(transaction, account);
    if (!folder && folder.error().code == 413) return false;
    if (!folder) return std::unexpected(folder.error());
    const armor::Digest digest = repetition_digest(message, source);
    const auto former = transaction.pushes().repeated(account, *folder, digest);
    if (!former) return std::unexpected(former.error());
    // A repetition has the former's length, and takes its place.
    const auto room = *former ? Result<bool>(true)
                              : has_room(transaction, account, message.length(), context.mailbox_bytes);
    if (!room || !*room) return room;
    std::uint32_t repeats = 0;
    if (*former) {
        repeats = (*former)->repeats + 1;
        auto gone = transaction.references().remove(*folder, (*former)->uuid);
        if (!gone) return std::unexpected(std::move(gone.error()));
    }
    auto filed = transaction.mailboxes().file(stored, *folder, Mark::unread, context.uuid(), context.now);
    if (!filed) return std::unexpected(std::move(filed.error()));
    auto noted = transaction.pushes().keep_note(account, stored, digest, repeats,
                                                message.envelope.expires.value_or(context.now));
    if (!noted) return std::unexpected(std::move(noted.error()));
    return true;
}

Result<PushOutcome> PushDrop::drop(const Imid& recipient, const PushSender& sender) {
    if (message_.envelope.expires.value_or(context_.now) <= context_.now) return PushOutcome{410};
    const auto found = mailbox_of_push(transaction_, recipient);
    if (!found) return std::unexpected(found.error());
    // No account has the id 0: for a name that is none the same is looked up, and nothing found.
    const AccountId account = found->value_or(0);
    const auto admission =
        sender.entry == PushEntry::stranger ? admit_stranger(account, sender) : admit(account, sender);
    if (!admission && admission.error().code == 401) return PushOutcome{401};
    if (!admission) return std::unexpected(admission.error());
    if (*admission == Admission::in) return file(account, sender.source);
    if (*admission == Admission::waits) return keep_waiting(account, sender.source);
    return PushOutcome{kTaken};
}

/// A token that is good lets in, and nothing else does; so a blocked name is not told from others before it.
Result<PushDrop::Admission> PushDrop::admit_stranger(AccountId account, const PushSender& sender) {
    const auto good =
        transaction_.pushes().use_token(account, push_token_hash(sender.token), sender.source, context_.now);
    if (!good) return std::unexpected(good.error());
    if (!*good) return std::unexpected(refusal(401));
    const auto blocked = is_blocked(account, sender.source);
    if (!blocked) return std::unexpected(blocked.error());
    return *blocked ? Admission::out : Admission::in;
}

Result<PushDrop::Admission> PushDrop::admit(AccountId account, const PushSender& sender) {
    if (sender.entry == PushEntry::account) {
        const auto self = transaction_.accounts().find(sender.account);
        if (!self) return std::unexpected(self.error());
        if (*self == account) return Admission::in;
    }
    const auto blocked = is_blocked(account, sender.source);
    if (!blocked) return std::unexpected(blocked.error());
    if (*blocked) return Admission::out;
    const auto standing = transaction_.pushes().standing(account, sender.source);
    if (!standing) return std::unexpected(standing.error());
    auto is_in = *standing == PushStanding::approved ? Result<bool>(true) : is_answer(account, sender);
    if (is_in && !*is_in && !sender.token.empty())
        is_in = transaction_.pushes().use_token(account, push_token_hash(sender.token), sender.source,
                                                context_.now);
    if (!is_in) return std::unexpected(is_in.error());
    return *is_in ? Admission::in : Admission::waits;
}

Result<bool> PushDrop::is_blocked(AccountId account, const std::string& source) {
    const auto standing = transaction_.pushes().standing(account, source);
    if (!standing) return std::unexpected(standing.error());
    if (*standing == PushStanding::blocked) return true;
    const auto verdict = judge_sender(transaction_, account, source, context_.now);
    if (!verdict) return std::unexpected(verdict.error());
    if (!*verdict) return false;
    if (account == 0) return true;
    auto noted = transaction_.blocks().note_refused(
        account, {context_.now, source, kTaken, (*verdict)->pattern}, kMaxRefused);
    if (!noted) return std::unexpected(std::move(noted.error()));
    return true;
}

/// What came is one of the labels that a push of this account's offered to whom it was sent.
Result<bool> PushDrop::is_answer(AccountId account, const PushSender& sender) {
    if (message_.envelope.in_reply_to.empty()) return false;
    const Part* content = content_of(message_);
    const auto number = static_cast<std::size_t>(content - message_.parts.data());
    if (content->length > kMaxActionLabelBytes) return false;
    const auto label = bodies_[number].text(transaction_);
    if (!label) return std::unexpected(label.error());
    return transaction_.pushes().take_answer(account, message_.envelope.in_reply_to, sender.source, *label,
                                             context_.now);
}

Result<PushOutcome> PushDrop::file(AccountId account, const std::string& source) {
    if (stored_) {
        // By another of its names it lies there already.
        const auto holds = transaction_.quotas().holds(account, *stored_);
        if (!holds) return std::unexpected(holds.error());
        if (*holds) return PushOutcome{kDelivered};
    }
    const auto message = stored();
    if (!message) return std::unexpected(message.error());
    const auto filed = file_push(transaction_, context_, account, message_, source, *message);
    if (!filed) return std::unexpected(filed.error());
    if (!*filed) return PushOutcome{441, refusal(441).retry};
    return PushOutcome{kDelivered};
}

/// In a list that notifies nobody. Each has a message of its own: what waits is judged by each for himself.
Result<PushOutcome> PushDrop::keep_waiting(AccountId account, const std::string& source) {
    if (account == 0) return PushOutcome{kTaken};
    const auto is_mailbox = transaction_.shares().is_mailbox(account);
    if (!is_mailbox) return std::unexpected(is_mailbox.error());
    const auto policy = setting_of(transaction_, account, kPushPolicySetting);
    if (!policy) return std::unexpected(policy.error());
    // Nobody looks at the list of a shared mailbox.
    if (*is_mailbox || *policy == kRefusePushes) return PushOutcome{kTaken};
    const auto message = add();
    if (!message) return std::unexpected(message.error());
    const Time until = std::min(*message_.envelope.expires, context_.now + kPushesWait);
    auto waits = transaction_.pushes().wait(account, {*message, source, context_.now, until});
    if (!waits) return std::unexpected(std::move(waits.error()));
    return PushOutcome{kTaken};
}

Result<MessageId> PushDrop::stored() {
    if (stored_) return *stored_;
    auto added = add();
    if (added) stored_ = *added;
    return added;
}

Result<MessageId> PushDrop::add() {
    for (std::size_t i = 0; !is_settled_ && i < bodies_.size(); ++i) {
        auto body = bodies_[i].settle(transaction_, context_.now);
        if (!body) return std::unexpected(std::move(body.error()));
        message_.parts[i].body = *body;
    }
    is_settled_ = true;
    return transaction_.mailboxes().add(message_);
}

}  // namespace immp::bridge
