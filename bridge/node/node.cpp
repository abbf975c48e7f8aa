#include "bridge/node/node.hpp"

#include <algorithm>

#include "bridge/node/echo.hpp"
#include "bridge/node/housekeeping.hpp"

namespace immp::bridge {
namespace {

/// Between two looks at what was put off, what is late, and what may go. Leases last many of them.
constexpr std::chrono::seconds kTick{30};
/// And where one round did not get to the end.
constexpr std::chrono::seconds kSoon{1};
/// Sealing keys are days old when they are renewed: an hour more or less is nothing.
constexpr std::chrono::hours kKeyCheck{1};

}  // namespace

Node::Node(NodeServices services)
    : services_(std::move(services)), key_ration_(services_.limits.key_requests) {
    services_.store.on_changed([watches = std::weak_ptr(watches_)](const std::vector<FolderId>& folders) {
        if (const auto told = watches.lock()) told->on_changed(folders);
    });
    services_.bell->on_ring([post = services_.post, heard = std::weak_ptr(heard_)] {
        post([heard] {
            if (const auto hear = heard.lock()) (*hear)();
        });
    });
}

Node::~Node() = default;

void Node::attach(PeerLink& link) {
    link_ = &link;
    const auto keys = [this] { return keys_; };
    trust_ = std::make_unique<Trust>(services_, link);
    sender_ = std::make_unique<Sender>(services_, link, *trust_, keys);
    directory_ = std::make_unique<KeyDirectory>(
        services_, *trust_, key_ration_, keys,
        [this](const std::vector<std::string>& domains) { sender_->wake(domains); });
    receiver_ = std::make_unique<Receiver>(services_, *trust_, key_ration_, keys,
                                           [this](const std::string& origin, const KeyNews& news) {
                                               if (news.has_answered) sender_->wake({origin});
                                               directory_->told(news.told);
                                           });
    greeter_ = std::make_unique<Greeter>(services_, link);
    entrance_ = std::make_unique<PeerEntrance>(services_, link, *this);
    relay_ = std::make_unique<Relay>(services_, link, keys);
}

void Node::start(Callback<void> done) {
    services_.store.write<HeldKeysPtr>(
        [domain = services_.domain, owner = services_.owner,
         now = services_.now()](Transaction& transaction) -> Result<HeldKeysPtr> {
            // What we held before we died is ours again at once, not when its lease ends.
            if (auto freed = transaction.bundles().release(owner); !freed) {
                return std::unexpected(std::move(freed.error()));
            }
            return keep_keys(transaction, domain, now);
        },
        [this, done = std::move(done)](Result<HeldKeysPtr> keys) mutable {
            if (!keys) return done(std::unexpected(std::move(keys.error())));
            keys_ = std::move(*keys);
            done({});
            tick();
            services_.after(kKeyCheck, [this] { keep_keys_fresh(); });
        });
}

std::unique_ptr<SessionHost> Node::make_desk(const SessionOrigin& origin) {
    return std::make_unique<Desk>(
        services_, *watches_, logins_, *directory_, feeds_, *entrance_, rule_runner_.programs(),
        origin.address, [this](const std::vector<std::string>& domains) { sender_->wake(domains); });
}

void Node::echo(std::string domain, Callback<std::chrono::milliseconds> done) {
    sealed_echo(services_, *link_, *trust_, keys_, domain, std::move(done));
}

void Node::on_piece(std::string origin, std::string peer, BundlePiece piece, Callback<BundleStatus> reply) {
    if (relay_->concerns(peer, piece))
        return relay_->on_piece(origin, peer, std::move(piece), std::move(reply));
    receiver_->on_piece(std::move(origin), std::move(peer), std::move(piece), std::move(reply));
}

void Node::on_bundle_question(std::string origin, std::string peer, std::string bundle_id,
                              Callback<BundleStatus> reply) {
    if (relay_->concerns(peer, bundle_id)) return relay_->on_question(peer, bundle_id, std::move(reply));
    receiver_->on_question(std::move(origin), std::move(peer), std::move(bundle_id), std::move(reply));
}

void Node::on_receipt(std::string origin, Bytes receipt, Callback<void> reply) {
    if (!relay_->takes_receipt(origin, receipt, reply))
        sender_->on_receipt(origin, std::move(receipt), std::move(reply));
}

void Node::on_key_question(std::string domain, PeerLink::History history,
                           Callback<std::vector<std::string>> reply) {
    // A gateway tells the records of those behind it, as they give them; who asks judges them.
    if (domain != services_.domain && services_.routes.is_served(domain))
        return link_->fetch_records(std::move(domain), history, std::move(reply));
    if (domain != services_.domain) return reply(fail(450, "Domain not served here"));
    if (history == PeerLink::History::whole) return reply(keys_->history);
    reply(std::vector{keys_->record.text()});
}

std::string Node::issue_cookie(std::string receiver, Bytes binding) {
    return entrance_->cookies().issue(std::move(receiver), std::move(binding), services_.now());
}

void Node::on_cookie_question(std::string origin, CookieClaim claim, Callback<void> reply) {
    if (claim.receiver != origin) return reply(fail(403, "You do not speak for the receiver"));
    if (entrance_->cookies().redeem(claim, services_.now())) return reply({});
    reply(fail(421, "No such cookie for this receiver and session"));
}

void Node::on_link(LinkState state) {
    // Where some mail goes over TCP the rest fails by itself while the XMPP server is away, and is tried
    // again.
    const bool has_tcp = std::ranges::any_of(services_.routes.table(),
                                             [](const auto& row) { return row.second.way == Way::tcp; });
    if (has_tcp && state == LinkState::down) return;
    greeter_->on_link(state);
    sender_->on_link(state);
}

void Node::on_peer_seen(std::string domain) {
    sender_->on_peer_seen(domain);
}

void Node::hear() {
    services_.bell->heard();
    fanouts_.look();
    feeds_.look();
    rule_runner_.look([this] { sender_->look(); });
}

void Node::stop() {
    rule_runner_.stop();
}

void Node::tick() {
    sender_->look();
    rule_runner_.look({});
    fanouts_.look();
    services_.store.write<Upkeep>(
        [this](Transaction& transaction) { return keep_house(transaction, services_); },
        [this](Result<Upkeep> upkeep) {
            if (!upkeep) {
                services_.log(LogLevel::error,
                              "housekeeping failed: " + upkeep.error().text + " " + upkeep.error().detail);
            }
            const bool has_more = upkeep && *upkeep == Upkeep::more;
            services_.after(has_more ? kSoon : kTick, [this] { tick(); });
        });
}

void Node::keep_keys_fresh() {
    services_.store.write<HeldKeysPtr>(
        [domain = services_.domain, now = services_.now()](Transaction& transaction) {
            return keep_keys(transaction, domain, now);
        },
        [this](Result<HeldKeysPtr> keys) {
            if (!keys)
                return services_.log(LogLevel::error, "renewing the keys failed: " + keys.error().text);
            if ((*keys)->record != keys_->record)
                services_.log(LogLevel::info, "the sealing key was renewed");
            keys_ = std::move(*keys);
        });
    services_.after(kKeyCheck, [this] { keep_keys_fresh(); });
}

}  // namespace immp::bridge
