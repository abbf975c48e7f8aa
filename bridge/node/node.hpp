// The node: sessions, store, armor and the link to other domains, joined. Everything on the I/O thread but
// what it hands to store and workers.
#pragma once

#include <memory>
#include <string>

#include "bridge/node/desk.hpp"
#include "bridge/node/fanout.hpp"
#include "bridge/node/feed_directory.hpp"
#include "bridge/node/greeter.hpp"
#include "bridge/node/key_directory.hpp"
#include "bridge/node/logins.hpp"
#include "bridge/node/peer_entrance.hpp"
#include "bridge/node/receiver.hpp"
#include "bridge/node/relay.hpp"
#include "bridge/node/rule_runner.hpp"
#include "bridge/node/sender.hpp"
#include "bridge/node/services.hpp"
#include "bridge/node/trust.hpp"
#include "bridge/peer_link.hpp"

namespace immp::bridge {

class Node final : public PeerHandler {
  public:
    /// What `services` refers to outlives the node.
    explicit Node(NodeServices services);
    ~Node() override;

    /// Before start(): the way to other domains, which outlives the node's last call.
    void attach(PeerLink& link);
    /// Loads or makes the keys, then `done`; the node serves sessions and peers from then on: before that,
    /// nothing may come from the link.
    void start(Callback<void> done);

    /// Ends the programs of rules that run. Another thread calls this, while the I/O thread still runs.
    void stop();

    [[nodiscard]] std::unique_ptr<SessionHost> make_desk(const SessionOrigin& origin = {});
    /// Another process has changed accounts or mailboxes: watches and logins of what is gone shall end.
    void on_administered() {
        watches_->look_again();
        logins_.look_again();
    }
    /// The sealed echo of `immpd ping`.
    void echo(std::string domain, Callback<std::chrono::milliseconds> done);

    /// A cookie that proves our name to that receiver in that TLS session.
    [[nodiscard]] std::string issue_cookie(std::string receiver, Bytes binding);

    void on_piece(std::string origin, std::string peer, BundlePiece piece,
                  Callback<BundleStatus> reply) override;
    void on_bundle_question(std::string origin, std::string peer, std::string bundle_id,
                            Callback<BundleStatus> reply) override;
    void on_receipt(std::string origin, Bytes receipt, Callback<void> reply) override;
    void on_key_question(std::string domain, PeerLink::History history,
                         Callback<std::vector<std::string>> reply) override;
    void on_cookie_question(std::string origin, CookieClaim claim, Callback<void> reply) override;
    void on_link(LinkState state) override;
    void on_peer_seen(std::string domain) override;

  private:
    void tick();
    /// A transaction left work behind: programs to ask, items to file, mail to send.
    void hear();
    void keep_keys_fresh();

    const NodeServices services_;
    std::shared_ptr<Watches> watches_ = std::make_shared<Watches>();
    Logins logins_{services_};
    /// Of the bell, which transactions may still ring when the node is gone.
    std::shared_ptr<std::function<void()>> heard_ =
        std::make_shared<std::function<void()>>([this] { hear(); });
    PeerLink* link_ = nullptr;
    HeldKeysPtr keys_;
    std::unique_ptr<Trust> trust_;
    std::unique_ptr<Sender> sender_;
    KeyRation key_ration_;
    std::unique_ptr<KeyDirectory> directory_;
    std::unique_ptr<Receiver> receiver_;
    std::unique_ptr<Greeter> greeter_;
    std::unique_ptr<PeerEntrance> entrance_;
    std::unique_ptr<Relay> relay_;
    RuleRunner rule_runner_{services_};
    FeedDirectory feeds_{services_};
    Fanouts fanouts_{services_};
};

}  // namespace immp::bridge
