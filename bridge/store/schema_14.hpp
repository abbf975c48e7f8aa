// The fourteenth step of schema.hpp: what a feed and a subscription have missed.
#pragma once

namespace immp::bridge {

/// - feeds.base: the number of the node's newest item by its last word that came before any item did: what
///   follows it is to come. NULL: unknown, as in feeds from before this step, and of
///   nodes that are not open.
/// - subscriptions.missed: the first of the newest items that found no room in the mailbox, with none behind
///   it that did. NULL: none.
///
/// feeds_asked, subscriptions_made: for who waits in vain.
inline constexpr const char* kSchema14 = R"sql(
ALTER TABLE feeds ADD COLUMN base INTEGER;
ALTER TABLE subscriptions ADD COLUMN missed INTEGER;
CREATE INDEX feeds_asked ON feeds (state) WHERE state = 0;
CREATE INDEX subscriptions_made ON subscriptions (feed, made) WHERE state = 0;
)sql";

}  // namespace immp::bridge
