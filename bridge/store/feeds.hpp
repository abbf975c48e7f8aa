// Subscriptions of this domain's users, and the feeds that bring them what they subscribed to
// (docs/protocol.md, 19). A feed is of another domain's node, or of our own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "bridge/store/mailboxes.hpp"
#include "bridge/store/quotas.hpp"

namespace immp::bridge {

using FeedId = std::int64_t;
using SubscriptionId = std::int64_t;
using FanoutId = std::int64_t;

inline constexpr std::uint64_t kMaxSubscriptions = 1'000;  ///< of an account; 413

/// The numbers are in the store.
enum class FeedState {
    asked,  ///< the node has not answered yet
    open,
    gone,  ///< the node is no more, or there was none
};

struct FeedRow {
    FeedId id = 0;
    std::string uuid;
    std::string node;  ///< whole IMID
    FeedState state = FeedState::asked;
    std::string title{};
    std::string description{};
    std::string first_title{};  ///< when the node first answered
    std::string first_description{};
    bool is_open = true;
    std::uint64_t version = 0;   ///< of the newest answer
    std::uint64_t sequence = 0;  ///< of the newest item that came; 0: none
    std::uint64_t asked = 0;     ///< behind it what was missing was asked for last
    /// The node's newest item by its last word before any item came: what follows it is to come. None:
    /// unknown, the node is not open, or the oldest items are no longer kept.
    std::optional<std::uint64_t> base{};
};

struct FeedItem {
    std::uint64_t sequence = 0;
    MessageId message = 0;
    std::string digest;  ///< 64 hex
};

/// Of one user; what it means depends on the feed's state too (state_text). The numbers are in the store.
enum class Wish {
    made,     ///< of a node that is open there is nothing more to it
    waiting,  ///< the publisher has it, and has not decided
    admitted,
    refused,
};

struct Subscription {
    SubscriptionId id = 0;
    std::string uuid;
    AccountId account = 0;
    FeedId feed = 0;
    Wish wish = Wish::made;
    std::uint64_t version = 0;  ///< of the decision
    std::string title;          ///< as it was when it was accepted
    std::string description;
    Time made;
};

struct ListedSubscription {
    Subscription subscription;
    FeedRow feed;
};

/// Where an item goes, and what may keep it from there.
struct Subscriber {
    SubscriptionId id = 0;
    AccountId account = 0;
    std::optional<FolderId> folder;  ///< his /PUSH; none: he dropped it
    bool has_blocks = false;         ///< in the account's own list
    Usage usage{};
    std::optional<std::uint64_t> missed{};  ///< from this item on none found room
};

/// Whom a node that is not open is to decide about.
struct Wisher {
    SubscriptionId id = 0;
    std::string uuid;
    std::string imid;
};

struct Fanout {
    FanoutId id = 0;
    FeedId feed = 0;
    std::optional<MessageId> message;  ///< none: names are sent to the node
    SubscriptionId upto = 0;
    SubscriptionId done = 0;
};

class Feeds {
  public:
    virtual ~Feeds() = default;
    [[nodiscard]] virtual Result<FeedId> add(const FeedRow& feed) = 0;
    /// The one of that node that is not gone.
    [[nodiscard]] virtual Result<std::optional<FeedRow>> of_node(std::string_view node) = 0;
    [[nodiscard]] virtual Result<std::optional<FeedRow>> find(std::string_view uuid) = 0;
    [[nodiscard]] virtual Result<std::optional<FeedRow>> get(FeedId feed) = 0;
    [[nodiscard]] virtual Result<void> update(const FeedRow& feed) = 0;
    /// With its items, subscriptions and what of it is being filed.
    [[nodiscard]] virtual Result<void> drop(FeedId feed) = 0;
    [[nodiscard]] virtual Result<bool> has_subscribers(FeedId feed) = 0;
    /// Feeds that nobody has a subscription of; at most `most`.
    [[nodiscard]] virtual Result<std::vector<FeedRow>> unused(std::uint32_t most) = 0;
    /// Those that were asked for and whose newest subscription is not younger than `made` are gone. How many;
    /// at most `most`.
    [[nodiscard]] virtual Result<std::uint64_t> end_unanswered(Time made, std::uint32_t most) = 0;

    [[nodiscard]] virtual Result<std::optional<FeedItem>> item(FeedId feed, std::uint64_t sequence) = 0;
    /// Whether an item with a lower number is kept.
    [[nodiscard]] virtual Result<bool> has_earlier(FeedId feed, std::uint64_t sequence) = 0;
    /// Keeps the newest kKeptItems; how many had to go.
    [[nodiscard]] virtual Result<std::uint64_t> add_item(FeedId feed, const FeedItem& item) = 0;
    /// Where the message stands in its node: empty, `gap`, `edited`.
    [[nodiscard]] virtual Result<void> set_chain(MessageId message, std::string_view chain) = 0;
    /// The newest, of the feed or of the node of ours that it is of; oldest first.
    [[nodiscard]] virtual Result<std::vector<MessageId>> history(FeedId feed, std::uint64_t most) = 0;

    /// 409 where the account has one of this feed; 413 over kMaxSubscriptions.
    [[nodiscard]] virtual Result<SubscriptionId> subscribe(const Subscription& subscription) = 0;
    [[nodiscard]] virtual Result<std::optional<Subscription>> subscription(AccountId account,
                                                                           FeedId feed) = 0;
    [[nodiscard]] virtual Result<std::optional<Subscription>> subscription(std::string_view uuid) = 0;
    /// In the order in which they were made.
    [[nodiscard]] virtual Result<std::vector<ListedSubscription>> list(AccountId account) = 0;
    /// Sets wish and version.
    [[nodiscard]] virtual Result<void> decide(SubscriptionId id, Wish wish, std::uint64_t version) = 0;
    /// Users' wishes at nodes that are not open, made then or before and not answered, are refused. How many;
    /// at most `most`.
    [[nodiscard]] virtual Result<std::uint64_t> refuse_unanswered(Time made, std::uint32_t most) = 0;
    /// Title and description are the subscription's own from now on.
    [[nodiscard]] virtual Result<void> entitle(SubscriptionId id, std::string_view title,
                                               std::string_view description) = 0;
    [[nodiscard]] virtual Result<void> unsubscribe(SubscriptionId id) = 0;

    [[nodiscard]] virtual Result<std::optional<Subscriber>> subscriber(SubscriptionId id) = 0;
    /// Behind `done` up to `upto`, in their order; of a feed that is not open only who is admitted.
    [[nodiscard]] virtual Result<std::vector<Subscriber>> subscribers(const Fanout& fanout, bool is_open,
                                                                      std::uint32_t most) = 0;
    [[nodiscard]] virtual Result<void> set_missed(SubscriptionId id,
                                                  std::optional<std::uint64_t> sequence) = 0;
    /// What the subscription has missed of what is kept and of no fanout any more: the newest, oldest first.
    [[nodiscard]] virtual Result<std::vector<MessageId>> missed(SubscriptionId id, std::uint64_t most) = 0;
    [[nodiscard]] virtual Result<std::vector<Wisher>> wishers(const Fanout& fanout, std::uint32_t most) = 0;

    /// For those who are subscribed now.
    [[nodiscard]] virtual Result<void> add_fanout(FeedId feed, std::optional<MessageId> message) = 0;
    /// The oldest of the next feed behind this one, so that a long one holds up no other feed.
    [[nodiscard]] virtual Result<std::optional<Fanout>> next_fanout(FeedId behind) = 0;
    [[nodiscard]] virtual Result<void> advance(FanoutId fanout, SubscriptionId done) = 0;
    [[nodiscard]] virtual Result<void> end_fanout(FanoutId fanout) = 0;
};

}  // namespace immp::bridge
