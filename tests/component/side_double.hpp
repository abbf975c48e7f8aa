// The parts of a link joined without a socket: what a test needs to play everybody outside.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "component/answers.hpp"
#include "component/asker.hpp"
#include "component/discovery.hpp"
#include "component/peers.hpp"
#include "tests/component/world_double.hpp"

namespace immp::component {

/// Keeps what it is told; answers only when the test calls the replies.
class HandlerDouble final : public bridge::PeerHandler {
  public:
    void on_piece(std::string origin, std::string peer, bridge::BundlePiece piece,
                  bridge::Callback<bridge::BundleStatus> reply) override {
        calls.push_back("piece " + origin + " " + peer + " " + piece.bundle_id);
        statuses.push_back(std::move(reply));
    }
    void on_bundle_question(std::string origin, std::string, std::string bundle_id,
                            bridge::Callback<bridge::BundleStatus> reply) override {
        calls.push_back("question " + origin + " " + bundle_id);
        statuses.push_back(std::move(reply));
    }
    void on_receipt(std::string origin, Bytes receipt, bridge::Callback<void> reply) override {
        calls.push_back("receipt " + origin + " " + std::string(as_text(receipt)));
        taken.push_back(std::move(reply));
    }
    void on_key_question(std::string domain, bridge::PeerLink::History,
                         bridge::Callback<std::vector<std::string>> reply) override {
        calls.push_back("key " + domain);
        records.push_back(std::move(reply));
    }
    void on_cookie_question(std::string origin, bridge::CookieClaim claim,
                            bridge::Callback<void> reply) override {
        calls.push_back("cookie " + origin + " " + claim.cookie + " " + claim.receiver + " " +
                        std::to_string(claim.binding.size()));
        taken.push_back(std::move(reply));
    }
    void on_link(bridge::LinkState state) override {
        calls.emplace_back(state == bridge::LinkState::up ? "up" : "down");
    }
    void on_peer_seen(std::string domain) override { calls.push_back("seen " + domain); }

    std::vector<std::string> calls;
    std::vector<bridge::Callback<bridge::BundleStatus>> statuses;
    std::vector<bridge::Callback<void>> taken;
    std::vector<bridge::Callback<std::vector<std::string>>> records;
};

/// Our side of a.example, online.
struct SideDouble {
    explicit SideDouble(std::map<std::string, std::string> overrides = {})
        : discovery(asker, outside.world, std::move(overrides)) {
        asker.up();
    }
    ~SideDouble() {
        asker.down(Error{703, "shutting down", {}, std::chrono::seconds(60)});
        outside.run_deferred();
    }
    /// What the server hands us.
    void hear(std::string_view text) {
        auto heard = stanza(text);
        if (heard.head.type == "result" || heard.head.type == "error") return asker.take(std::move(heard));
        answers->take(std::move(heard));
    }
    /// Answers the oldest question that we sent.
    void answer(std::string_view type, std::string_view payload) {
        const auto question = stanza(outlet.next());
        hear("<iq type='" + std::string(type) + "' id='" + question.head.id + "' from='" + question.head.to +
             "'>" + std::string(payload) + "</iq>");
    }
    void list(std::string_view jid) {
        answer("result", "<query xmlns='http://jabber.org/protocol/disco#items'><item jid='" +
                             std::string(jid) + "'/></query>");
    }
    void feature(std::string_view var) {
        answer("result", "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='" +
                             std::string(var) + "'/></query>");
    }
    /// The lookup of b.example, as it goes well.
    void vouch() {
        list("immp.b.example");
        feature("urn:immp:1");
    }

    WorldDouble outside;
    OutletDouble outlet;
    HandlerDouble handler;
    Asker asker{"immp.a.example", outlet, outside.world};
    Discovery discovery;
    std::shared_ptr<Answers> answers =
        std::make_shared<Answers>("immp.a.example", outlet, outside.world, asker, discovery, handler);
    Peers peers{asker, discovery, outlet, outside.world};
};

}  // namespace immp::component
