#pragma once

#include "bridge/store/feeds.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

class SqliteFeeds final : public Feeds {
  public:
    explicit SqliteFeeds(Database& connection) : db_(connection) {}

    Result<FeedId> add(const FeedRow& feed) override;
    Result<std::optional<FeedRow>> of_node(std::string_view node) override;
    Result<std::optional<FeedRow>> find(std::string_view uuid) override;
    Result<std::optional<FeedRow>> get(FeedId feed) override;
    Result<void> update(const FeedRow& feed) override;
    Result<void> drop(FeedId feed) override;
    Result<bool> has_subscribers(FeedId feed) override;
    Result<std::vector<FeedRow>> unused(std::uint32_t most) override;
    Result<std::uint64_t> end_unanswered(Time made, std::uint32_t most) override;
    Result<std::optional<FeedItem>> item(FeedId feed, std::uint64_t sequence) override;
    Result<bool> has_earlier(FeedId feed, std::uint64_t sequence) override;
    Result<std::uint64_t> add_item(FeedId feed, const FeedItem& item) override;
    Result<void> set_chain(MessageId message, std::string_view chain) override;
    Result<std::vector<MessageId>> history(FeedId feed, std::uint64_t most) override;
    Result<SubscriptionId> subscribe(const Subscription& subscription) override;
    Result<std::optional<Subscription>> subscription(AccountId account, FeedId feed) override;
    Result<std::optional<Subscription>> subscription(std::string_view uuid) override;
    Result<std::vector<ListedSubscription>> list(AccountId account) override;
    Result<void> decide(SubscriptionId id, Wish wish, std::uint64_t version) override;
    Result<std::uint64_t> refuse_unanswered(Time made, std::uint32_t most) override;
    Result<void> entitle(SubscriptionId id, std::string_view title, std::string_view description) override;
    Result<void> unsubscribe(SubscriptionId id) override;
    Result<std::optional<Subscriber>> subscriber(SubscriptionId id) override;
    Result<std::vector<Subscriber>> subscribers(const Fanout& fanout, bool is_open,
                                                std::uint32_t most) override;
    Result<void> set_missed(SubscriptionId id, std::optional<std::uint64_t> sequence) override;
    Result<std::vector<MessageId>> missed(SubscriptionId id, std::uint64_t most) override;
    Result<std::vector<Wisher>> wishers(const Fanout& fanout, std::uint32_t most) override;
    Result<void> add_fanout(FeedId feed, std::optional<MessageId> message) override;
    Result<std::optional<Fanout>> next_fanout(FeedId behind) override;
    Result<void> advance(FanoutId fanout, SubscriptionId done) override;
    Result<void> end_fanout(FanoutId fanout) override;

  private:
    Database& db_;
};

}  // namespace immp::bridge
