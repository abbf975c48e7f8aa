#include "bridge/node/item_filing.hpp"

#include "bridge/node/keeping.hpp"
#include "bridge/node/push_folder.hpp"

namespace immp::bridge {

Result<ItemFiling> ItemFiling::of(Transaction& transaction, MessageId message, const DropContext& context) {
    auto stored = transaction.mailboxes().message(message);
    if (!stored) return std::unexpected(std::move(stored.error()));
    if (!*stored) return fail(702, "Storage failed", "an item without its message");
    auto from = parse_imid((*stored)->envelope.from);
    if (!from) return std::unexpected(std::move(from.error()));
    auto verdict = judge_sender(transaction, *from, context.now);
    if (!verdict) return std::unexpected(std::move(verdict.error()));
    return ItemFiling(transaction, message, context, *std::move(from), **stored, *std::move(verdict));
}

Result<std::optional<Verdict>> ItemFiling::judge(const Subscriber& subscriber) {
    if (!subscriber.has_blocks) return verdict_;
    return judge_sender(transaction_, subscriber.account, from_, context_.now);
}

Result<void> ItemFiling::file(const Subscriber& subscriber) {
    if (!subscriber.missed || *subscriber.missed > sequence_) return file_alone(subscriber);
    auto messages = transaction_.feeds().missed(subscriber.id, kHistoryItems);
    if (!messages) return std::unexpected(std::move(messages.error()));
    messages->push_back(message_);
    return file_all(transaction_, subscriber.id, *messages, context_);
}

Result<void> ItemFiling::file_all(Transaction& transaction, SubscriptionId subscription,
                                  const std::vector<MessageId>& messages, const DropContext& context) {
    for (const MessageId message : messages) {
        // Each makes his mailbox fuller.
        const auto subscriber = transaction.feeds().subscriber(subscription);
        if (!subscriber) return std::unexpected(subscriber.error());
        if (!*subscriber) return {};
        auto filing = ItemFiling::of(transaction, message, context);
        if (!filing) return std::unexpected(std::move(filing.error()));
        if (auto done = filing->file_alone(**subscriber); !done) return done;
    }
    return {};
}

/// And notes from which item on none found room.
Result<void> ItemFiling::file_alone(const Subscriber& subscriber) {
    const auto is_settled = settle(subscriber);
    if (!is_settled) return std::unexpected(is_settled.error());
    const bool is_behind_missed = subscriber.missed && *subscriber.missed <= sequence_;
    if (*is_settled != is_behind_missed) return {};
    return transaction_.feeds().set_missed(
        subscriber.id, *is_settled ? std::nullopt : std::optional<std::uint64_t>(sequence_));
}

Result<bool> ItemFiling::settle(const Subscriber& subscriber) {
    const auto verdict = judge(subscriber);
    if (!verdict) return std::unexpected(verdict.error());
    if (*verdict && (*verdict)->action == BlockAction::junk) return file_as_junk(subscriber);
    if (*verdict) {
        if (auto noted = note_refused(subscriber, **verdict); !noted) return std::unexpected(noted.error());
        return true;
    }
    if (subscriber.folder) return file_into(subscriber, *subscriber.folder);
    const auto folder = push_folder(transaction_, subscriber.account);
    // Whoever has no place for another folder has none for its items.
    if (!folder && folder.error().code == 413) return false;
    if (!folder) return std::unexpected(folder.error());
    return file_into(subscriber, *folder);
}

Result<bool> ItemFiling::file_as_junk(const Subscriber& subscriber) {
    const auto junk = transaction_.mailboxes().folder(subscriber.account, "/JUNK");
    if (!junk) return std::unexpected(junk.error());
    if (!*junk) return fail(702, "Storage failed", "an account without /JUNK");
    return file_into(subscriber, (*junk)->id);
}

Result<void> ItemFiling::note_refused(const Subscriber& subscriber, const Verdict& verdict) {
    return transaction_.blocks().note_refused(
        subscriber.account, {context_.now, from_.text(), verdict.code, verdict.pattern}, kMaxRefused);
}

Result<bool> ItemFiling::file_into(const Subscriber& subscriber, FolderId folder) {
    if (!has_room(subscriber.usage, octets_, context_.mailbox_bytes)) return false;
    auto filed = transaction_.mailboxes().file(message_, folder, Mark::unread, spare_, context_.now);
    if (!filed) return std::unexpected(std::move(filed.error()));
    return true;
}

Result<void> file_history(Transaction& transaction, FeedId feed, SubscriptionId subscription,
                          const DropContext& context) {
    const auto messages = transaction.feeds().history(feed, kHistoryItems);
    if (!messages) return std::unexpected(messages.error());
    return ItemFiling::file_all(transaction, subscription, *messages, context);
}

}  // namespace immp::bridge
