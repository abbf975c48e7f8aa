#pragma once

#include "bridge/store/nodes.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

class SqliteNodes final : public Nodes {
  public:
    explicit SqliteNodes(Database& connection) : db_(connection) {}

    Result<NodeId> add(const NodeRow& node, Time now) override;
    Result<std::optional<NodeRow>> find(std::string_view name) override;
    Result<std::vector<NodeSummary>> list(AccountId owner) override;
    Result<std::optional<NodeSummary>> summary(NodeId node) override;
    Result<void> drop(NodeId node) override;
    Result<std::uint64_t> raise_version(NodeId node, Time now) override;
    Result<void> add_item(NodeId node, std::uint64_t sequence, MessageId message,
                          std::string_view digest) override;
    Result<std::vector<MessageId>> items(NodeId node, std::uint64_t after, std::uint64_t most) override;
    Result<std::optional<Follower>> follower(NodeId node, std::string_view domain) override;
    Result<bool> has_followers(NodeId node) override;
    Result<void> follow(NodeId node, const Follower& follower) override;
    Result<bool> unfollow(std::string_view domain, std::string_view feed) override;
    Result<std::uint64_t> waiting_for(const Follower& follower) override;
    Result<void> queue_for_followers(NodeId node, MessageId message, std::uint64_t octets, Time now) override;
    Result<std::optional<LeftOut>> take_left_out(std::string_view domain, std::string_view feed) override;
    Result<void> queue_for_all(NodeId node, MessageId message, std::uint64_t octets, Time now) override;
    Result<void> queue_for(NodeId node, std::string_view domain, MessageId message, std::uint64_t octets,
                           Time now) override;
    Result<std::optional<NodePerson>> person(NodeId node, std::string_view imid) override;
    Result<std::vector<NodePerson>> people(NodeId node) override;
    Result<void> set_person(NodeId node, const NodePerson& person) override;
    Result<void> end_subscription(NodeId node, std::string_view imid, std::string_view subscription) override;
    Result<void> end_subscriptions(NodeId node, std::string_view domain) override;
    Result<bool> has_admitted(NodeId node, std::string_view domain) override;

  private:
    /// Of who was refused longest ago, if all places are taken. 413.
    Result<void> make_room(NodeId node);
    /// 429 where nobody more may wait, or nobody more of this domain, which is not the node's.
    Result<void> check_waiting(NodeId node, std::string_view domain);

    Database& db_;
};

}  // namespace immp::bridge
