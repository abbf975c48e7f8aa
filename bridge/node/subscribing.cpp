#include "bridge/node/subscribing.hpp"

#include <algorithm>

#include "bridge/node/feed_wishes.hpp"
#include "bridge/node/item_filing.hpp"
#include "bridge/node/node_people.hpp"
#include "bridge/node/place.hpp"
#include "bridge/node/push_folder.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

/// Until the publisher has decided: nobody has to ask much more often.
constexpr std::chrono::seconds kAskAgainLater{3600};

/// What a user sees of his subscription.
std::string_view state_text(const Subscription& subscription, const FeedRow& feed) {
    if (feed.state == FeedState::gone) return "gone";
    if (feed.state == FeedState::asked) return "asked";
    if (feed.is_open || subscription.wish == Wish::admitted) return "active";
    if (subscription.wish == Wish::refused) return "refused";
    return subscription.wish == Wish::waiting ? "waiting" : "asked";
}

Wish wish_of(NodeAdmission admission) {
    switch (admission) {
        case NodeAdmission::admitted: return Wish::admitted;
        case NodeAdmission::refused: return Wish::refused;
        case NodeAdmission::waiting: break;
    }
    return Wish::waiting;
}

SubscribeLook look_at(const Subscription& subscription, const FeedRow& feed) {
    const std::string_view state = state_text(subscription, feed);
    if (state == "asked") return {true, {}, {}};
    if (state == "gone") return {false, refusal(481), {}};
    if (state == "waiting")
        return {
            false, Error{480, "The publisher has not decided yet; the wish is kept", {}, kAskAgainLater}, {}};
    if (state == "refused") return {false, Error{480, "The publisher refused it", {}, {}}, {}};
    return {false, {}, {subscription.title, subscription.uuid}};
}

/// The subscription begins: it has the title of now, and the newest items.
Result<void> begin(Transaction& transaction, const NodeServices& services, const FeedRow& feed,
                   const Subscription& subscription) {
    auto done = transaction.feeds().entitle(subscription.id, feed.title, feed.description);
    if (!done) return done;
    const auto folder = push_folder(transaction, subscription.account);
    if (!folder) return std::unexpected(folder.error());
    return file_history(transaction, feed.id, {subscription.id, subscription.account, *folder},
                        drop_context(services));
}

/// The feed of a node of ours; 481.
Result<FeedRow> own_feed(Transaction& transaction, const NodeServices& services, const std::string& name) {
    const auto node = transaction.nodes().find(name);
    if (!node) return std::unexpected(node.error());
    if (!*node) return std::unexpected(refusal(481));
    auto known = transaction.feeds().of_node(name);
    if (!known) return std::unexpected(std::move(known.error()));
    if (*known) return **std::move(known);
    FeedRow feed{0, services.uuid(), name, FeedState::open};
    feed.title = feed.first_title = (*node)->title;
    feed.description = feed.first_description = (*node)->description;
    feed.is_open = (*node)->is_open;
    const auto added = transaction.feeds().add(feed);
    if (!added) return std::unexpected(added.error());
    feed.id = *added;
    return feed;
}

/// The feed of another domain's node; a new one is asked for.
Result<FeedRow> peer_feed(Transaction& transaction, const NodeServices& services, const std::string& name) {
    auto known = transaction.feeds().of_node(name);
    if (!known) return std::unexpected(std::move(known.error()));
    if (*known) return **std::move(known);
    FeedRow feed{0, services.uuid(), name, FeedState::asked};
    const auto added = transaction.feeds().add(feed);
    if (!added) return std::unexpected(added.error());
    feed.id = *added;
    if (auto asked = queue_wish(transaction, drop_context(services), feed, 0); !asked)
        return std::unexpected(std::move(asked.error()));
    return feed;
}

/// Names the user to a node that is not open: one of ours says at once what it has decided.
Result<void> name_user(Transaction& transaction, const NodeServices& services, const FeedRow& feed,
                       const Subscribe& request, const Subscription& subscription) {
    if (request.node.domain != services.domain)
        return queue_wish(transaction, drop_context(services), feed, feed.sequence,
                          Wisher{subscription.id, subscription.uuid, request.account});
    const auto node = transaction.nodes().find(feed.node);
    if (!node) return std::unexpected(node.error());
    if (!*node) return fail(702, "Storage failed", "a feed of a node that is gone");
    const auto who = parse_imid(request.account);
    if (!who) return std::unexpected(who.error());
    const auto person = note_asking(transaction, **node, *who, subscription.uuid);
    if (!person) return std::unexpected(person.error());
    return hear_decision(transaction, services, subscription.uuid, person->state, (*node)->version);
}

/// As it is stored now.
Result<SubscribeLook> look_now(Transaction& transaction, AccountId account, FeedId id) {
    const auto feed = transaction.feeds().get(id);
    if (!feed) return std::unexpected(feed.error());
    const auto subscription = transaction.feeds().subscription(account, id);
    if (!subscription) return std::unexpected(subscription.error());
    if (!*feed || !*subscription) return SubscribeLook{false, refusal(481), {}};
    return look_at(**subscription, **feed);
}

}  // namespace

Result<SubscribeLook> subscribe(Transaction& transaction, const NodeServices& services,
                                const Subscribe& request) {
    const auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    const std::string name = request.node.text();
    const auto feed = request.node.domain == services.domain ? own_feed(transaction, services, name)
                                                             : peer_feed(transaction, services, name);
    if (!feed) return std::unexpected(feed.error());
    const auto known = transaction.feeds().subscription(*account, feed->id);
    if (!known) return std::unexpected(known.error());
    if (*known) {
        auto look = look_at(**known, *feed);
        if (!look.is_pending && !look.refusal) look.refusal = Error{409, (*known)->uuid, {}, {}};
        return look;
    }
    Subscription made{0, services.uuid(), *account, feed->id, Wish::made, 0, {}, {}, services.now()};
    const auto id = transaction.feeds().subscribe(made);
    if (!id) return std::unexpected(id.error());
    made.id = *id;
    if (const auto folder = push_folder(transaction, *account); !folder)
        return std::unexpected(folder.error());
    Result<void> done;
    if (feed->state == FeedState::open)
        done = feed->is_open ? begin(transaction, services, *feed, made)
                             : name_user(transaction, services, *feed, request, made);
    if (!done) return std::unexpected(std::move(done.error()));
    return look_now(transaction, *account, feed->id);
}

Result<SubscribeLook> look_again(Transaction& transaction, const NodeServices& services,
                                 const Subscribe& request) {
    const auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    const auto all = transaction.feeds().list(*account);
    if (!all) return std::unexpected(all.error());
    // The newest: an older one may be of a node of this name that is gone.
    const auto found = std::ranges::find(all->rbegin(), all->rend(), request.node.text(),
                                         [](const ListedSubscription& each) { return each.feed.node; });
    if (found == all->rend()) return SubscribeLook{false, refusal(481), {}};
    const Subscription& subscription = found->subscription;
    auto look = look_at(subscription, found->feed);
    if (found->feed.state != FeedState::gone) return look;
    auto ended = end_subscription(transaction, drop_context(services), found->feed,
                                  {subscription.id, subscription.uuid, request.account});
    if (!ended) return std::unexpected(std::move(ended.error()));
    return look;
}

Result<Done> unsubscribe(Transaction& transaction, const NodeServices& services, const Unsubscribe& request) {
    const auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    const auto all = transaction.feeds().list(*account);
    if (!all) return std::unexpected(all.error());
    const std::string node = request.uuid.empty() ? request.node.text() : "";
    const auto found = std::ranges::find_if(all->rbegin(), all->rend(), [&](const ListedSubscription& each) {
        return request.uuid.empty() ? each.feed.node == node : each.subscription.uuid == request.uuid;
    });
    if (found == all->rend()) return std::unexpected(refusal(454));
    auto ended = end_subscription(transaction, drop_context(services), found->feed,
                                  {found->subscription.id, found->subscription.uuid, request.account});
    if (!ended) return std::unexpected(std::move(ended.error()));
    return Done{};
}

Result<SubscriptionList> list_subscriptions(Transaction& transaction, const ListSubscriptions& request) {
    const auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    auto all = transaction.feeds().list(*account);
    if (!all) return std::unexpected(std::move(all.error()));
    SubscriptionList list;
    for (ListedSubscription& each : *all) {
        Subscription& own = each.subscription;
        list.push_back({own.uuid, each.feed.node, std::string(state_text(own, each.feed)),
                        std::move(own.title), std::move(own.description), own.made});
    }
    return list;
}

Result<void> hear_decision(Transaction& transaction, const NodeServices& services, const std::string& uuid,
                           NodeAdmission decision, std::uint64_t version) {
    const auto subscription = transaction.feeds().subscription(uuid);
    if (!subscription) return std::unexpected(subscription.error());
    if (!*subscription || (*subscription)->version > version) return {};
    const Wish before = (*subscription)->wish;
    const Wish wish = wish_of(decision);
    auto done = transaction.feeds().decide((*subscription)->id, wish, version);
    if (!done || wish != Wish::admitted || before == Wish::admitted) return done;
    const auto feed = transaction.feeds().get((*subscription)->feed);
    if (!feed) return std::unexpected(feed.error());
    if (!*feed) return fail(702, "Storage failed", "a subscription without its feed");
    return begin(transaction, services, **feed, **subscription);
}

}  // namespace immp::bridge
