// SUBSCRIBE and UNSUBSCRIBE of this domain's users. Each is one transaction's work.
#pragma once

#include <optional>

#include "bridge/node/services.hpp"
#include "bridge/session/request.hpp"

namespace immp::bridge {

/// How a SUBSCRIBE stands. The subscription is stored, so a refusal is no error of the transaction.
struct SubscribeLook {
    bool is_pending = false;  ///< the node's domain has not answered
    std::optional<Error> refusal{};
    Subscribed subscribed{};
};

/// Makes the subscription, with the feed and the question to the node where there is none yet.
[[nodiscard]] Result<SubscribeLook> subscribe(Transaction& transaction, const NodeServices& services,
                                              const Subscribe& request);
/// How one that was pending stands now; one whose node turned out not to be there ends.
[[nodiscard]] Result<SubscribeLook> look_again(Transaction& transaction, const NodeServices& services,
                                               const Subscribe& request);

[[nodiscard]] Result<Done> unsubscribe(Transaction& transaction, const NodeServices& services,
                                       const Unsubscribe& request);
/// A read transaction's.
[[nodiscard]] Result<SubscriptionList> list_subscriptions(Transaction& transaction,
                                                          const ListSubscriptions& request);

/// The publisher's word on a subscription; with the first yes it has its title, and the items that there were
/// before. An older word, or one about none, does nothing.
[[nodiscard]] Result<void> hear_decision(Transaction& transaction, const NodeServices& services,
                                         const std::string& subscription, NodeAdmission decision,
                                         std::uint64_t version);

}  // namespace immp::bridge
