#include "bridge/node/fanout.hpp"

#include "bridge/node/feed_wishes.hpp"
#include "bridge/node/item_filing.hpp"

namespace immp::bridge {
namespace {

Result<void> go_on(Transaction& transaction, const Fanout& fanout, std::size_t served, SubscriptionId last) {
    if (served < kFanoutStep) return transaction.feeds().end_fanout(fanout.id);
    return transaction.feeds().advance(fanout.id, last);
}

Result<void> file_step(Transaction& transaction, const NodeServices& services, const Fanout& fanout,
                       const FeedRow& feed) {
    const DropContext context = drop_context(services);
    auto filing = ItemFiling::of(transaction, *fanout.message, context);
    if (!filing) return std::unexpected(std::move(filing.error()));
    const auto subscribers = transaction.feeds().subscribers(fanout, feed.is_open, kFanoutStep);
    if (!subscribers) return std::unexpected(subscribers.error());
    for (const Subscriber& subscriber : *subscribers)
        if (auto done = filing->file(subscriber); !done) return done;
    return go_on(transaction, fanout, subscribers->size(), subscribers->empty() ? 0 : subscribers->back().id);
}

Result<void> name_step(Transaction& transaction, const NodeServices& services, const Fanout& fanout,
                       const FeedRow& feed) {
    const auto wishers = transaction.feeds().wishers(fanout, kFanoutStep);
    if (!wishers) return std::unexpected(wishers.error());
    const DropContext context = drop_context(services);
    for (const Wisher& wisher : *wishers)
        if (auto done = queue_wish(transaction, context, feed, feed.sequence, wisher); !done) return done;
    return go_on(transaction, fanout, wishers->size(), wishers->empty() ? 0 : wishers->back().id);
}

}  // namespace

Result<std::optional<FeedId>> fan_out_step(Transaction& transaction, const NodeServices& services,
                                           FeedId behind) {
    const auto fanout = transaction.feeds().next_fanout(behind);
    if (!fanout) return std::unexpected(fanout.error());
    if (!*fanout) return std::nullopt;
    const auto feed = transaction.feeds().get((*fanout)->feed);
    if (!feed) return std::unexpected(feed.error());
    if (!*feed) return fail(702, "Storage failed", "an item of a feed that is not there");
    auto done = (*fanout)->message ? file_step(transaction, services, **fanout, **feed)
                                   : name_step(transaction, services, **fanout, **feed);
    if (!done) return std::unexpected(std::move(done.error()));
    return (*feed)->id;
}

void Fanouts::look() {
    is_asked_ = true;
    if (is_busy_) return;
    is_busy_ = true;
    is_asked_ = false;
    step(0);
}

void Fanouts::step(FeedId behind) {
    services_.store.write<std::optional<FeedId>>(
        [&services = services_, behind](Transaction& transaction) {
            return fan_out_step(transaction, services, behind);
        },
        [this](Result<std::optional<FeedId>> served) {
            if (served && *served) return step(**served);
            is_busy_ = false;
            if (!served)
                return services_.log(LogLevel::error, "items wait for their subscribers: " +
                                                          served.error().text + " " + served.error().detail);
            if (is_asked_) look();
        });
}

}  // namespace immp::bridge
