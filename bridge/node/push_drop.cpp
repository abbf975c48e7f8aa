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

/// What makes two pushes of a source the same: content, actions and what they answer. A stranger never
/// repeats for who is known.
armor::Digest repetition_digest(const Message& message, const std::string& source) {
    armor::Hasher hasher("IMMP1 push");
    armor::JsonWriter json;
    json.text("source", source).text("unverified", message.envelope.original_from);
    // "Confirm" to this question and "Confirm" to that one are two answers.
    json.text("answers", message.envelope.in_reply_to);
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

/// Where a push is to lie, and the former one whose place it takes.
struct Place {
    FolderId folder = 0;
    armor::Digest digest{};
    std::optional<RepeatedPush> former;
};

/// Nothing where there is no room for it.
Result<std::optional<Place>> find_place(Transaction& transaction, const DropContext& context,
                                        AccountId account, const Message& message,
                                        const std::string& source) {
    const auto folder = push_folder(transaction, account);
    if (!folder && folder.error().code == 413) return std::nullopt;
    if (!folder) return std::unexpected(folder.error());
    Place place{*folder, repetition_digest(message, source), {}};
    auto former = transaction.pushes().repeated(account, *folder, place.digest);
    if (!former) return std::unexpected(std::move(former.error()));
    place.former = *std::move(former);
    // A repetition has the former's length.
    if (place.former) return place;
    const auto room = has_room(transaction, account, message.length(), context.mailbox_bytes);
    if (!room) return std::unexpected(room.error());
    if (!*room) return std::nullopt;
    return place;
}

Result<void> lay(Transaction& transaction, const DropContext& context, AccountId account,
                 const Message& message, const Place& place, MessageId stored) {
    std::uint32_t repeats = 0;
    if (place.former) {
        repeats = place.former->repeats + 1;
        if (auto gone = transaction.references().remove(place.folder, place.former->uuid); !gone)
            return std::unexpected(std::move(gone.error()));
    }
    auto filed =
        transaction.mailboxes().file(stored, place.folder, Mark::unread, context.uuid(), context.now);
    if (!filed) return std::unexpected(std::move(filed.error()));
    return transaction.pushes().keep_note(account, stored, place.digest, repeats,
                                          message.envelope.expires.value_or(context.now));
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
    const auto place = find_place(transaction, context, account, message, source);
    if (!place) return std::unexpected(place.error());
    if (!*place) return false;
    auto done = lay(transaction, context, account, message, **place, stored);
    if (!done) return std::unexpected(std::move(done.error()));
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
    if (admission->way == Way::in) return file(account, sender.source, *admission);
    if (admission->way == Way::waits) return keep_waiting(account, sender.source);
    return PushOutcome{kTaken};
}

/// A token that is good lets in, and nothing else does; so a blocked name is not told from others before it.
Result<PushDrop::Admission> PushDrop::admit_stranger(AccountId account, const PushSender& sender) {
    const auto token =
        transaction_.pushes().find_token(account, push_token_hash(sender.token), sender.source, context_.now);
    if (!token) return std::unexpected(token.error());
    if (!*token) return std::unexpected(refusal(401));
    const auto blocked = is_blocked(account, sender.source);
    if (!blocked) return std::unexpected(blocked.error());
    return *blocked ? Admission{} : Admission{Way::in, *token};
}

Result<PushDrop::Admission> PushDrop::admit(AccountId account, const PushSender& sender) {
    if (sender.entry == PushEntry::account) {
        const auto self = transaction_.accounts().find(sender.account);
        if (!self) return std::unexpected(self.error());
        if (*self == account) return Admission{Way::in};
    }
    const auto blocked = is_blocked(account, sender.source);
    if (!blocked) return std::unexpected(blocked.error());
    if (*blocked) return Admission{};
    const auto standing = transaction_.pushes().standing(account, sender.source);
    if (!standing) return std::unexpected(standing.error());
    if (*standing == PushStanding::approved) return Admission{Way::in};
    const auto answers = is_answer(account, sender);
    if (!answers) return std::unexpected(answers.error());
    if (*answers) return Admission{Way::in, std::nullopt, true};
    if (sender.token.empty()) return Admission{Way::waits};
    const auto token =
        transaction_.pushes().find_token(account, push_token_hash(sender.token), sender.source, context_.now);
    if (!token) return std::unexpected(token.error());
    return *token ? Admission{Way::in, *token} : Admission{Way::waits};
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
    return transaction_.pushes().awaits_answer(account, message_.envelope.in_reply_to, sender.source, *label,
                                               context_.now);
}

Result<PushOutcome> PushDrop::file(AccountId account, const std::string& source, const Admission& admission) {
    if (stored_) {
        // By another of its names it lies there already.
        const auto holds = transaction_.quotas().holds(account, *stored_);
        if (!holds) return std::unexpected(holds.error());
        if (*holds) return PushOutcome{kDelivered};
    }
    const auto place = find_place(transaction_, context_, account, message_, source);
    if (!place) return std::unexpected(place.error());
    if (!*place) return PushOutcome{441, refusal(441).retry};
    const auto message = stored();
    if (!message) return std::unexpected(message.error());
    auto filed = lay(transaction_, context_, account, message_, **place, *message);
    if (filed) filed = use_up(account, admission);
    if (!filed) return std::unexpected(std::move(filed.error()));
    return PushOutcome{kDelivered};
}

Result<void> PushDrop::use_up(AccountId account, const Admission& admission) {
    if (admission.token) return transaction_.pushes().use_token(*admission.token);
    if (admission.is_answer) return transaction_.pushes().end_sent(account, message_.envelope.in_reply_to);
    return {};
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
