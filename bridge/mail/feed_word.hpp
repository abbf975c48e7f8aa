// What the domains of a node and of its subscribers say to each other: the parts of items of kinds
// `subscribe` and `unsubscribe` (docs/envelope.md, 3.3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"

namespace immp::bridge {

/// From a subscriber's domain to a node.
inline constexpr std::string_view kFeedWishType = "application/immp-subscribe+json";
/// From a node to a feed.
inline constexpr std::string_view kNodeWordType = "application/immp-node+json";

inline constexpr std::uint64_t kMaxItemBytes = 4'194'304;   ///< of an item's content; 413
inline constexpr std::size_t kMaxTitleBytes = 400;          ///< 413
inline constexpr std::size_t kMaxDescriptionBytes = 4'000;  ///< 413
inline constexpr std::size_t kMaxWishBytes = 1'024;         ///< of a wish's JSON; 413
inline constexpr std::size_t kMaxWordBytes = 65'536;        ///< of a word's; 413
/// Subscriptions that one word decides; more is 413.
inline constexpr std::size_t kMaxDecided = 100;

struct FeedWish {
    std::string feed;            ///< UUID
    std::uint64_t after = 0;     ///< the number of the last item that the domain has
    std::string subscription{};  ///< the UUID of that of a user, where the node is not open
};

struct NodeWord {
    std::string title;
    std::string description;
    bool is_open = true;
    std::uint64_t sequence = 0;  ///< of the newest item
    std::uint64_t version = 0;   ///< rises with each decision: an older word is not believed
    std::vector<std::string> admitted{};
    std::vector<std::string> refused{};
    std::vector<std::string> waiting{};
};

[[nodiscard]] std::string feed_wish_json(const FeedWish& wish);
/// 400, 413.
[[nodiscard]] Result<FeedWish> parse_feed_wish(std::string_view json);

[[nodiscard]] std::string node_word_json(const NodeWord& word);
/// 400, 413, 415.
[[nodiscard]] Result<NodeWord> parse_node_word(std::string_view json);

}  // namespace immp::bridge
