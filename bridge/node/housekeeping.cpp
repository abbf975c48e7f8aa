#include "bridge/node/housekeeping.hpp"

#include "bridge/mail/retry.hpp"
#include "bridge/mail/settings.hpp"
#include "bridge/node/feed_wishes.hpp"
#include "bridge/node/keeping.hpp"
#include "bridge/node/receipt_book.hpp"
#include "bridge/node/ruling.hpp"
#include "bridge/node/searching.hpp"

namespace immp::bridge {
namespace {

/// Notices of one round; each is a message filed.
constexpr std::uint32_t kNotices = 100;
/// Outbox rows of pushes that one round ends.
constexpr std::uint32_t kExpiredPushes = 500;
/// Feeds, and users' wishes, that one round gives up.
constexpr std::uint32_t kUnanswered = 500;
/// Messages that one round takes out of folders.
constexpr std::uint32_t kRemovedMessages = 500;

/// What was done of something bounded: a count, 0 when nothing is left.
using Count = Result<std::uint64_t>;

Count bounce_expired(Transaction& transaction, const NodeServices& services) {
    auto rows = transaction.outbox().expired(services.now() - kRetryHorizon, kNotices);
    if (!rows) return std::unexpected(std::move(rows.error()));
    for (const OutboxRow& row : *rows) {
        const std::string why = row.last_error.empty() ? "never reached" : row.last_error;
        auto done = bounce_row(transaction, services, row, 720, "not delivered in 5 days; last: " + why);
        if (!done) return std::unexpected(std::move(done.error()));
    }
    return rows->size();
}

Count tell_of_delay(Transaction& transaction, const NodeServices& services) {
    auto rows = transaction.outbox().delayed(services.now() - kDelayNotice, kNotices);
    if (!rows) return std::unexpected(std::move(rows.error()));
    for (const OutboxRow& row : *rows) {
        if (auto done = note_delay(transaction, services, row); !done)
            return std::unexpected(std::move(done.error()));
    }
    return rows->size();
}

/// Pushes that could not be sent in their time: nobody wants to hear of it.
Count drop_expired_pushes(Transaction& transaction, const NodeServices& services) {
    auto rows = transaction.pushes().expired_rows(services.now(), kExpiredPushes);
    if (!rows) return std::unexpected(std::move(rows.error()));
    for (const OutboxId row : *rows) {
        if (auto done = transaction.outbox().finish(row); !done)
            return std::unexpected(std::move(done.error()));
    }
    return rows->size();
}

/// Questions that were taken, and whose answers never came: as if nobody had taken them (feed_outcome.hpp). A
/// user's is asked when his feed was answered, so it has the time twice.
Count give_up_unanswered(Transaction& transaction, const NodeServices& services) {
    const Time now = services.now();
    const auto feeds = transaction.feeds().end_unanswered(now - kRetryHorizon, kUnanswered);
    if (!feeds) return feeds;
    const auto wishes = transaction.feeds().refuse_unanswered(now - 2 * kRetryHorizon, kUnanswered);
    if (!wishes) return wishes;
    if (*feeds + *wishes > 0) services.bell->ring();
    return *feeds + *wishes;
}

/// RETENTION: what is older than its owner wants it.
Count remove_old(Transaction& transaction, const NodeServices& services) {
    auto holders = transaction.preferences().holders(kRetentionSetting);
    if (!holders) return std::unexpected(std::move(holders.error()));
    std::uint32_t left = kRemovedMessages;
    for (const PreferenceHolder& holder : *holders) {
        const auto days = setting_days(holder.value);
        if (!days || left == 0) continue;
        auto removed = transaction.preferences().remove_filed(holder.account, services.now() - *days, left);
        if (!removed) return removed;
        left -= static_cast<std::uint32_t>(*removed);
    }
    return kRemovedMessages - left;
}

}  // namespace

Result<Upkeep> keep_house(Transaction& transaction, const NodeServices& services) {
    const Time now = services.now();
    auto renewed = transaction.bundles().renew(services.owner, now + kLease);
    if (!renewed) return std::unexpected(std::move(renewed.error()));
    bool left = false;
    // Bounces first: who gets one needs no notice of delay.
    for (auto& count :
         {drop_expired_pushes(transaction, services), transaction.pushes().forget_expired(now),
          bounce_expired(transaction, services), tell_of_delay(transaction, services),
          transaction.bundles().sweep_incoming(now - kPiecesKept),
          transaction.bundles().forget_receipts(now - kDedupeKept),
          transaction.mailboxes().forget_delivered(now - kDedupeKept),
          transaction.leases().end(now, now - kCommittedKept), transaction.folders().sweep(),
          transaction.user_keys().forget_peers(now - kPeerUsersKept),
          transaction.preferences().forget_answers(now - kAnswersKept),
          transaction.blocks().forget_expired(now), transaction.rules().forget_forwards(now - kForwardsKept),
          end_unused_feeds(transaction, drop_context(services)), give_up_unanswered(transaction, services),
          gather_words(transaction), remove_old(transaction, services),
          transaction.bodies().sweep(now - kUnusedBodiesKept, services.in_use->all())}) {
        if (!count) return std::unexpected(count.error());
        left = left || *count > 0;
    }
    return left ? Upkeep::more : Upkeep::done;
}

}  // namespace immp::bridge
