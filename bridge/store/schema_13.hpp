// The thirteenth step of schema.hpp: nodes, and what is taken of them.
#pragma once

namespace immp::bridge {

/// The publisher's side:
/// - nodes: `name` is the whole IMID, `last_digest` (64 hex) that of the newest item, empty before the first;
///   `version` rises with each decision about a person, so that an answer overtaken by a later one is known.
/// - followers: the domains that take a node's items, each by its feed. `token` goes out with each item;
///   `asked` is the date of its newest wish, so that one that was overtaken takes nothing back; `left_out`,
///   that the newest item was not queued for it, because too much waited.
/// - node_people: whom the publisher of a node that is not open has decided about, or has to.
///
/// The subscriber's side:
/// - feeds: what our domain takes of a node, another domain's or our own. Its token follows from the store's
///   secret and its uuid, so nothing of it is stored. `first_*` are as they were when the node first
///   answered: what those subscribed to who asked before that. `asked` is the number behind which missing
///   items were asked for last. A feed whose node is no more stays for its subscribers, beside a new one.
/// - subscriptions: `title` and `description` NULL: the feed's first.
/// - fanouts: an item that is being filed for the subscribers up to `upto`, or, without a message, names of
///   those who wish for a node that is not open; `done` is the last that was served.
///
/// A message stays while one of these refers to it, whatever else deletes it: RAISE(IGNORE) gives the DELETE
/// of another trigger up, and nothing more. Items lie in no other tables than are looked at here.
///
/// outbox_feed: how much waits for one feed.
inline constexpr const char* kSchema13 = R"sql(
ALTER TABLE messages ADD COLUMN chain TEXT NOT NULL DEFAULT '';
CREATE INDEX outbox_feed ON outbox (recipient) WHERE token <> '';

CREATE TABLE nodes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    made INTEGER NOT NULL,
    sequence INTEGER NOT NULL DEFAULT 0,
    last_digest TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX nodes_account ON nodes (account);
CREATE TABLE node_items (
    node INTEGER NOT NULL REFERENCES nodes ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    message INTEGER NOT NULL REFERENCES messages,
    PRIMARY KEY (node, sequence)
) WITHOUT ROWID;
CREATE INDEX node_items_message ON node_items (message);
CREATE TABLE followers (
    id INTEGER PRIMARY KEY,
    node INTEGER NOT NULL REFERENCES nodes ON DELETE CASCADE,
    domain TEXT NOT NULL,
    feed TEXT NOT NULL,
    token TEXT NOT NULL,
    asked INTEGER NOT NULL,
    left_out INTEGER NOT NULL DEFAULT 0,
    UNIQUE (node, domain)
);
CREATE INDEX followers_feed ON followers (feed, domain);
CREATE TABLE node_people (
    id INTEGER PRIMARY KEY,
    node INTEGER NOT NULL REFERENCES nodes ON DELETE CASCADE,
    imid TEXT NOT NULL,
    domain TEXT NOT NULL,
    state INTEGER NOT NULL,
    subscription TEXT NOT NULL,
    UNIQUE (node, imid)
);
CREATE INDEX node_people_state ON node_people (node, state, domain);

CREATE TABLE feeds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    node TEXT NOT NULL,
    state INTEGER NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    first_title TEXT NOT NULL DEFAULT '',
    first_description TEXT NOT NULL DEFAULT '',
    is_open INTEGER NOT NULL DEFAULT 1,
    version INTEGER NOT NULL DEFAULT 0,
    sequence INTEGER NOT NULL DEFAULT 0,
    asked INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX feeds_node ON feeds (node) WHERE state <> 2;
CREATE TABLE feed_items (
    feed INTEGER NOT NULL REFERENCES feeds ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    message INTEGER NOT NULL REFERENCES messages,
    digest TEXT NOT NULL,
    PRIMARY KEY (feed, sequence)
) WITHOUT ROWID;
CREATE INDEX feed_items_message ON feed_items (message);
CREATE TABLE subscriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    feed INTEGER NOT NULL REFERENCES feeds ON DELETE CASCADE,
    state INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 0,
    title TEXT,
    description TEXT,
    made INTEGER NOT NULL,
    UNIQUE (account, feed)
);
CREATE INDEX subscriptions_feed ON subscriptions (feed, id);
CREATE TABLE fanouts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    feed INTEGER NOT NULL REFERENCES feeds ON DELETE CASCADE,
    message INTEGER REFERENCES messages,
    upto INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX fanouts_feed ON fanouts (feed, id);
CREATE INDEX fanouts_message ON fanouts (message);

CREATE TRIGGER message_kept BEFORE DELETE ON messages
WHEN EXISTS (SELECT 1 FROM node_items WHERE message = old.id)
    OR EXISTS (SELECT 1 FROM feed_items WHERE message = old.id)
    OR EXISTS (SELECT 1 FROM fanouts WHERE message = old.id)
BEGIN
    SELECT RAISE(IGNORE);
END;
CREATE VIEW unheld_messages AS SELECT id FROM messages
WHERE NOT EXISTS (SELECT 1 FROM refs WHERE message = messages.id)
    AND NOT EXISTS (SELECT 1 FROM leases WHERE message = messages.id)
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE message = messages.id);
CREATE TRIGGER node_item_left AFTER DELETE ON node_items BEGIN
    DELETE FROM messages WHERE id = (SELECT id FROM unheld_messages WHERE id = old.message);
END;
CREATE TRIGGER feed_item_left AFTER DELETE ON feed_items BEGIN
    DELETE FROM messages WHERE id = (SELECT id FROM unheld_messages WHERE id = old.message);
END;
CREATE TRIGGER fanout_left AFTER DELETE ON fanouts BEGIN
    DELETE FROM messages WHERE id = (SELECT id FROM unheld_messages WHERE id = old.message);
END;
)sql";

}  // namespace immp::bridge
