// Nodes of this domain: what is published, who takes it, whom its publisher lets (docs/protocol.md, 19).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "bridge/mail/node_admission.hpp"
#include "bridge/store/mailboxes.hpp"

namespace immp::bridge {

using NodeId = std::int64_t;

inline constexpr std::uint64_t kMaxNodes = 10'000;         ///< of a domain; 413
inline constexpr std::uint64_t kMaxAccountNodes = 1'000;   ///< 413
inline constexpr std::uint64_t kMaxFollowers = 10'000;     ///< domains that take a node's items; 429
inline constexpr std::uint64_t kMaxNodePeople = 10'000;    ///< decided about; 413
inline constexpr std::uint64_t kMaxWaitingPeople = 1'000;  ///< to be decided about; 429
/// And of one other domain: no domain takes all the places. 429.
inline constexpr std::uint64_t kMaxWaitingOfDomain = 100;
inline constexpr std::uint64_t kKeptItems = 100;  ///< of a node, and of a feed; the oldest goes
/// Items that wait for one domain's feed: one more is left out. Once they are through, the newest follows and
/// shows the gap.
inline constexpr std::uint64_t kWaitingItems = kKeptItems;
/// Items and words that wait for one feed: a wish for more is 429.
inline constexpr std::uint64_t kWaitingAnswers = 2 * kWaitingItems;

struct NodeRow {
    NodeId id = 0;
    std::string name;  ///< whole IMID
    AccountId account = 0;
    std::string title;
    std::string description;
    bool is_open = true;
    std::uint64_t sequence = 0;  ///< of the newest item; 0: none
    std::string last_digest{};   ///< its digest, 64 hex
    std::uint64_t version = 1;
};

/// A line of PUBLISH LIST.
struct NodeSummary {
    NodeRow node;
    std::uint64_t domains = 0;
    std::uint64_t waiting = 0;
};

/// A domain that takes a node's items.
struct Follower {
    std::string domain;
    std::string feed;  ///< its feed's UUID
    std::string token;
    Time asked{};  ///< the date of its newest wish
};

/// Somebody who may have a node's items, or not, or has yet to be decided about.
struct NodePerson {
    std::string imid;
    std::string domain;
    NodeAdmission state = NodeAdmission::waiting;
    std::string subscription{};  ///< the UUID that his domain gave it; empty: he has none
};

/// A domain that the newest item has yet to be sent to.
struct LeftOut {
    NodeRow node;
    Follower follower;
};

class Nodes {
  public:
    virtual ~Nodes() = default;
    /// 409 if the name is there; 413.
    [[nodiscard]] virtual Result<NodeId> add(const NodeRow& node, Time now) = 0;
    [[nodiscard]] virtual Result<std::optional<NodeRow>> find(std::string_view name) = 0;
    /// By name.
    [[nodiscard]] virtual Result<std::vector<NodeSummary>> list(AccountId owner) = 0;
    [[nodiscard]] virtual Result<std::optional<NodeSummary>> summary(NodeId node) = 0;
    /// With all that is about it.
    [[nodiscard]] virtual Result<void> drop(NodeId node) = 0;
    /// A decision is being made; its version. It is the time in seconds or more, so that a store of yesterday
    /// does not decide in vain.
    [[nodiscard]] virtual Result<std::uint64_t> raise_version(NodeId node, Time now) = 0;

    /// The next item, whose digest is this.
    [[nodiscard]] virtual Result<void> add_item(NodeId node, std::uint64_t sequence, MessageId message,
                                                std::string_view digest) = 0;
    /// The newest `most` of those kept behind `after`, oldest first.
    [[nodiscard]] virtual Result<std::vector<MessageId>> items(NodeId node, std::uint64_t after,
                                                               std::uint64_t most) = 0;

    [[nodiscard]] virtual Result<std::optional<Follower>> follower(NodeId node, std::string_view domain) = 0;
    [[nodiscard]] virtual Result<bool> has_followers(NodeId node) = 0;
    /// In the place of the domain's former one, for which nothing waits any more. 413 over kMaxFollowers.
    [[nodiscard]] virtual Result<void> follow(NodeId node, const Follower& follower) = 0;
    /// False where there is none.
    [[nodiscard]] virtual Result<bool> unfollow(std::string_view domain, std::string_view feed) = 0;
    /// Items and words in the outbox for it, on their way or not.
    [[nodiscard]] virtual Result<std::uint64_t> waiting_for(const Follower& follower) = 0;
    /// An outbox row for each domain that takes the node's items; of a node that is not open, for those with
    /// somebody who is admitted. A domain for which kWaitingItems wait is left out, and that is noted.
    [[nodiscard]] virtual Result<void> queue_for_followers(NodeId node, MessageId message,
                                                           std::uint64_t octets, Time now) = 0;
    /// That of a feed that was left out, once nothing waits for it any more; then it is no longer.
    [[nodiscard]] virtual Result<std::optional<LeftOut>> take_left_out(std::string_view domain,
                                                                       std::string_view feed) = 0;
    /// One for each follower, whoever is admitted and however much waits: the node's end.
    [[nodiscard]] virtual Result<void> queue_for_all(NodeId node, MessageId message, std::uint64_t octets,
                                                     Time now) = 0;
    /// One for this domain, if it takes the items and the message does not wait for it already.
    [[nodiscard]] virtual Result<void> queue_for(NodeId node, std::string_view domain, MessageId message,
                                                 std::uint64_t octets, Time now) = 0;

    [[nodiscard]] virtual Result<std::optional<NodePerson>> person(NodeId node, std::string_view imid) = 0;
    /// By name.
    [[nodiscard]] virtual Result<std::vector<NodePerson>> people(NodeId node) = 0;
    /// In the place of what was known of him. Over kMaxNodePeople the refused of longest ago are forgotten;
    /// 413 where there is none. 429 for who is to wait over kMaxWaitingPeople or, where the
    /// domain is not the node's, kMaxWaitingOfDomain.
    [[nodiscard]] virtual Result<void> set_person(NodeId node, const NodePerson& person) = 0;
    /// He has this subscription no more: one who waited is forgotten, a decision stays. Nothing changes where
    /// he has another by now.
    [[nodiscard]] virtual Result<void> end_subscription(NodeId node, std::string_view imid,
                                                        std::string_view subscription) = 0;
    /// So has nobody of that domain.
    [[nodiscard]] virtual Result<void> end_subscriptions(NodeId node, std::string_view domain) = 0;
    /// Whether anybody of the domain is admitted and subscribed.
    [[nodiscard]] virtual Result<bool> has_admitted(NodeId node, std::string_view domain) = 0;
};

}  // namespace immp::bridge
