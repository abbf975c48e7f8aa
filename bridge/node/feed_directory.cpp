#include "bridge/node/feed_directory.hpp"

#include <algorithm>

namespace immp::bridge {
namespace {

constexpr std::chrono::seconds kAskFeedAgain{30};

/// Those of the nodes that have answered, or never will.
Result<std::vector<std::string>> settled(Transaction& transaction, const std::set<std::string>& nodes) {
    std::vector<std::string> found;
    for (const std::string& node : nodes) {
        const auto feed = transaction.feeds().of_node(node);
        if (!feed) return std::unexpected(feed.error());
        if (!*feed || (*feed)->state != FeedState::asked) found.push_back(node);
    }
    return found;
}

}  // namespace

void FeedDirectory::subscribe(Subscribe request, Callback<Subscribed> done) {
    Asking asking{request, services_.now() + kPeerPatience, std::move(done), news_};
    services_.store.write<SubscribeLook>(
        [&services = services_, request = std::move(request)](Transaction& transaction) {
            return bridge::subscribe(transaction, services, request);
        },
        [this, asking = std::move(asking)](Result<SubscribeLook> stored) mutable {
            if (!stored) return asking.done(std::unexpected(std::move(stored.error())));
            settle(std::move(asking), *std::move(stored));
        });
}

void FeedDirectory::settle(Asking asking, SubscribeLook look) {
    if (look.refusal) return asking.done(std::unexpected(*std::move(look.refusal)));
    if (!look.is_pending) return asking.done(std::move(look.subscribed));
    // What came meanwhile was told before anybody waited.
    if (asking.news != news_) return look_at(std::move(asking));
    const std::string node = asking.request.node.text();
    const auto left = std::max(asking.until - services_.now(), std::chrono::seconds(0));
    auto waiting = std::make_shared<Asking>(std::move(asking));
    auto begun = waits_.wait(
        node,
        [this, waiting](Woken woken) {
            if (woken == Woken::told) return look_at(std::move(*waiting));
            waiting->done(
                fail_for_now(480, waiting->request.node.domain + " has not answered yet; the wish is kept",
                             kAskFeedAgain));
        },
        left);
    if (!begun) waiting->done(fail_for_now(480, "Too many wait; the wish is kept", kAskFeedAgain));
}

void FeedDirectory::look_at(Asking asking) {
    Subscribe request = asking.request;
    asking.news = news_;
    services_.store.write<SubscribeLook>(
        [&services = services_, request = std::move(request)](Transaction& transaction) {
            return look_again(transaction, services, request);
        },
        [this, asking = std::move(asking)](Result<SubscribeLook> stored) mutable {
            if (!stored) return asking.done(std::unexpected(std::move(stored.error())));
            settle(std::move(asking), *std::move(stored));
        });
}

void FeedDirectory::look() {
    ++news_;
    auto nodes = waits_.names();
    if (nodes.empty()) return;
    services_.store.write<std::vector<std::string>>(
        [nodes = std::move(nodes)](Transaction& transaction) { return settled(transaction, nodes); },
        [this](Result<std::vector<std::string>> told) {
            if (!told) return;
            for (const std::string& node : *told)
                waits_.told(node);
        });
}

}  // namespace immp::bridge
