#include "bridge/client/watched_folder.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {

namespace {

/// Listed at once: most often one of them is known.
constexpr std::uint32_t kPage = 20;

/// A push that came again has its id, and another date.
std::string key_of(const ListedMessage& message) {
    return message.id + " " + message.date;
}

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
    if (!first) return std::unexpected(mended(first.error(), kFolderRemedies));
    return {};
}

bool WatchedFolder::is_known(const ListedMessage& message) const {
    return std::ranges::find(known_, key_of(message)) != known_.end();
}

Outcome<Listing> WatchedFolder::look(Conversation& conversation) const {
    Listing all;
    bool goes_on = true;
    while (goes_on) {
        auto page = list_messages(conversation, path_, kPage, all.next);
        if (!page) return std::unexpected(page.error());
        const bool is_met =
            std::ranges::any_of(page->messages, [&](const auto& one) { return is_known(one); });
        std::ranges::move(page->messages, std::back_inserter(all.messages));
        all.next = std::move(page->next);
        goes_on = !is_first_ && !is_met && !all.next.empty() && all.messages.size() < kMostNews;
    }
    return all;
}

Outcome<std::vector<ListedMessage>> WatchedFolder::news(Conversation& conversation) {
    auto listing = look(conversation);
    if (!listing) return std::unexpected(listing.error());
    const auto& messages = listing->messages;
    const auto end = std::ranges::find_if(messages, [&](const auto& one) { return is_known(one); });
    // All that was known is gone, and what lies there may be older: only dates tell.
    const bool by_date = end == messages.end() && !knows_all_;
    std::vector<ListedMessage> news;
    if (!is_first_)
        std::copy_if(messages.begin(), end, std::back_inserter(news),
                     [&](const auto& one) { return !by_date || one.date > newest_date_; });
    std::ranges::reverse(news);
    remember(*listing);
    return news;
}

void WatchedFolder::remember(const Listing& listing) {
    std::vector<std::string> known;
    for (const ListedMessage& message : listing.messages)
        known.push_back(key_of(message));
    for (std::string& former : known_)
        if (std::ranges::find(known, former) == known.end()) known.push_back(std::move(former));
    knows_all_ = (listing.next.empty() && listing.messages.size() < kMostNews) ||
                 (knows_all_ && known.size() < kMostNews);
    known.resize(std::min(known.size(), kMostNews));
    known_ = std::move(known);
    if (!listing.messages.empty()) newest_date_ = listing.messages.front().date;
    is_first_ = false;
}

}  // namespace immp::bridge::client
