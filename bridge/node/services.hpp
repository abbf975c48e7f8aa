// What every part of the node shares: given in by the daemon, so that tests can give their own.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "bridge/log.hpp"
#include "bridge/mail/message.hpp"
#include "bridge/node/bell.hpp"
#include "bridge/node/bodies_in_use.hpp"
#include "bridge/node/program.hpp"
#include "bridge/node/rates.hpp"
#include "bridge/node/staging_room.hpp"
#include "bridge/node/workers.hpp"
#include "bridge/routes.hpp"
#include "bridge/session/session.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

/// How long a claim on outbox rows and bundles holds; renewed while the daemon lives.
inline constexpr std::chrono::minutes kLease{10};

/// Bounds of the node; each with the error it gives.
struct NodeLimits {
    std::uint64_t message_bytes = 100ull << 20;  ///< raw octets of one item from a peer; 413
    std::uint64_t mailbox_bytes = 0;  ///< of an account without a quota of its own; 0: no limit; 441
    std::uint64_t bundle_bytes = 128ull << 20;     ///< `of` of a bundle from a peer; 413
    std::uint64_t peer_bundles = 32;               ///< a peer's unfinished bundles; 429
    std::uint64_t peer_octets = 512ull << 20;      ///< and their announced octets; 429
    std::uint64_t staged_octets = 2ull << 30;      ///< of open deliveries, an address; 429
    std::uint32_t key_requests = 60;               ///< for users' keys, a minute and origin; 429
    std::uint32_t bundle_rows = 256;               ///< outbox rows that one of our bundles takes
    std::uint64_t bundle_fill_bytes = 1ull << 20;  ///< no further message is added above it: small mail must
                                                   ///< not wait behind large
    std::uint32_t bundles_under_way = 4;           ///< to one domain, unanswered
    Rate sender_rate;                              ///< of each account's submissions; 429
    Rate domain_rate;                              ///< of what each domain sends us; 429 for each recipient
    /// Of each domain's wishes for items of nodes, and how often it has the items kept of one node; 429.
    Rate feed_rate{60, std::chrono::seconds(60)};
    Rate history_rate{12, std::chrono::hours(1)};
    /// Of what each account makes us ask or tell other domains about subscriptions; 429.
    Rate wish_rate{300, std::chrono::hours(1)};
};

/// What becomes of a user of our XMPP server who has no account (`accounts` in the configuration).
enum class NewAccounts {
    refused,  ///< the administrator makes each
    made,     ///< at the first session through XMPP
};

struct NodeServices {
    std::string domain;
    std::string owner;  ///< this daemon's name for claims on the outbox
    NodeLimits limits;
    Store& store;
    Workers& workers;
    /// These three are called from any thread.
    std::function<Time()> now;
    std::function<std::string()> uuid;
    /// In [0, 1).
    std::function<double()> chance;
    Routes routes = {};
    /// For what sessions pack and unpack; shared with them.
    std::shared_ptr<CodecRoom> codecs = std::make_shared<CodecRoom>(kCodecsAtOnce);
    std::shared_ptr<StagingRooms> staging = std::make_shared<StagingRooms>(limits.staged_octets);
    std::shared_ptr<BodiesInUse> in_use = std::make_shared<BodiesInUse>();
    /// Of `limits`; shared by all that copy the services.
    std::shared_ptr<RateMeter> sender_rate = std::make_shared<RateMeter>(limits.sender_rate);
    std::shared_ptr<RateMeter> domain_rate = std::make_shared<RateMeter>(limits.domain_rate);
    std::shared_ptr<RateMeter> feed_rate = std::make_shared<RateMeter>(limits.feed_rate);
    std::shared_ptr<RateMeter> history_rate = std::make_shared<RateMeter>(limits.history_rate);
    std::shared_ptr<RateMeter> wish_rate = std::make_shared<RateMeter>(limits.wish_rate);
    ProgramSettings programs{};  ///< that rules may ask
    NewAccounts new_accounts = NewAccounts::refused;
    /// Heard by the node; shared by all that copy the services.
    std::shared_ptr<Bell> bell = std::make_shared<Bell>();
    Executor post;  ///< to the I/O thread, from any
    /// Calls back on the I/O thread, not before the pause is over; called there too.
    std::function<void(std::chrono::milliseconds, std::move_only_function<void()>)> after;
    Log log;
};

}  // namespace immp::bridge
