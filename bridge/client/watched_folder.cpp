#include "bridge/client/watched_folder.hpp"

#include <utility>

#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {

namespace {

/// Of the newest messages, those that were not shown before are.
constexpr std::uint32_t kNewest = 20;

}  // namespace

WatchedFolder::WatchedFolder(std::string path, std::string pipeline, Missing missing)
    : path_(std::move(path)), pipeline_(std::move(pipeline)), missing_(missing) {}

Outcome<void> WatchedFolder::begin(Conversation& conversation) {
    const std::string command = "AS " + pipeline_ + " MBOX WATCH " + as_token(path_);
    if (auto sent = conversation.send(command); !sent) return sent;
    auto first = conversation.expect(310, pipeline_);
    if (!first && first.error().code == 404 && missing_ == Missing::is_made) {
        if (auto sent = conversation.send("MBOX CREATE " + as_token(path_)); !sent) return sent;
        // There already: another session was first.
        if (auto made = conversation.expect_one_of({201, 409}); !made) return std::unexpected(made.error());
        if (auto sent = conversation.send(command); !sent) return sent;
        first = conversation.expect(310, pipeline_);
    }
    if (!first) return std::unexpected(first.error());
    return {};
}

Outcome<std::vector<ListedMessage>> WatchedFolder::news(Conversation& conversation) {
    auto listing = list_messages(conversation, path_, kNewest, "");
    if (!listing) return std::unexpected(listing.error());
    std::vector<ListedMessage> news;
    std::set<std::string> newest;
    for (auto message = listing->messages.rbegin(); message != listing->messages.rend(); ++message) {
        const std::string key = message->id + " " + message->date;
        newest.insert(key);
        if (!is_first_ && !known_.contains(key)) news.push_back(std::move(*message));
    }
    known_ = std::move(newest);
    is_first_ = false;
    return news;
}

}  // namespace immp::bridge::client
