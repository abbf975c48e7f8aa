// The first step of schema.hpp: all tables.
#pragma once

namespace immp::bridge {

/// Notes on the tables:
/// - Ids are AUTOINCREMENT where they are held across transactions (a session holds its account's): an id is
///   never given to something else later.
/// - Lists of texts are netstrings (netstrings.hpp), times are seconds since 1970.
/// - refs: a message in a folder. Its rowid is the order of arrival, the cursor of INDEX. Triggers keep the
///   folder's counters, so that CHECK costs the same on any mailbox.
/// - chunks: a piece of a body, `at` its offset. bodies.loose is 1 while no part refers to it: what a sweep
///   has to look at, instead of at every body.
/// - No constraint is deferred: it would fail at COMMIT, and with it the writes of others.
/// - outgoing.content_key stands before the long columns: it must stay in the row's own page to be
///   overwritten there.
inline constexpr const char* kSchema1 = R"sql(
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    imid TEXT NOT NULL UNIQUE,
    made INTEGER NOT NULL
);
CREATE TABLE credentials (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    device TEXT NOT NULL,
    memory_kib INTEGER NOT NULL,
    passes INTEGER NOT NULL,
    stored_key BLOB NOT NULL CHECK (length(stored_key) = 32),
    server_key BLOB NOT NULL CHECK (length(server_key) = 32),
    changed INTEGER NOT NULL,
    PRIMARY KEY (account, device)
) WITHOUT ROWID;
CREATE INDEX credentials_cost ON credentials (memory_kib, passes);
CREATE TABLE devices (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    name TEXT NOT NULL,
    last_seen INTEGER,
    PRIMARY KEY (account, name)
) WITHOUT ROWID;

CREATE TABLE bodies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    length INTEGER NOT NULL DEFAULT 0,
    made INTEGER NOT NULL,
    loose INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX bodies_loose ON bodies (made) WHERE loose = 1;
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY,
    body INTEGER NOT NULL REFERENCES bodies ON DELETE CASCADE,
    at INTEGER NOT NULL,
    octets BLOB NOT NULL
);
CREATE UNIQUE INDEX chunks_place ON chunks (body, at);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    copies TEXT NOT NULL,
    subject TEXT NOT NULL,
    date INTEGER NOT NULL,
    expires INTEGER,
    importance INTEGER NOT NULL,
    secure INTEGER NOT NULL,
    reply_to TEXT NOT NULL,
    in_reply_to TEXT NOT NULL,
    reference_list TEXT NOT NULL,
    received TEXT NOT NULL,
    failed TEXT NOT NULL,
    length INTEGER NOT NULL
);
CREATE TABLE parts (
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    no INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    class INTEGER NOT NULL,
    length INTEGER NOT NULL,
    body INTEGER NOT NULL REFERENCES bodies,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (message, no)
) WITHOUT ROWID;
CREATE INDEX parts_body ON parts (body);
CREATE TRIGGER part_made AFTER INSERT ON parts BEGIN
    UPDATE bodies SET loose = 0 WHERE id = new.body;
END;
CREATE TRIGGER part_gone AFTER DELETE ON parts BEGIN
    UPDATE bodies SET loose = 1 WHERE id = old.body;
END;

CREATE TABLE folders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    path TEXT NOT NULL,
    path_key TEXT NOT NULL,
    unread INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, path_key)
);
CREATE TABLE refs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder INTEGER NOT NULL REFERENCES folders ON DELETE CASCADE,
    account INTEGER NOT NULL,
    message INTEGER NOT NULL REFERENCES messages,
    uuid TEXT NOT NULL,
    is_read INTEGER NOT NULL,
    is_flagged INTEGER NOT NULL DEFAULT 0,
    sender TEXT NOT NULL,
    date INTEGER NOT NULL,
    filed INTEGER NOT NULL
);
CREATE UNIQUE INDEX refs_uuid ON refs (uuid, folder);
CREATE INDEX refs_message ON refs (message, folder);
CREATE INDEX refs_all ON refs (folder);
CREATE INDEX refs_unread ON refs (folder) WHERE is_read = 0;
CREATE INDEX refs_flagged ON refs (folder) WHERE is_flagged = 1;
CREATE INDEX refs_sender ON refs (folder, sender);
CREATE INDEX refs_date ON refs (folder, date);
CREATE TRIGGER ref_filed AFTER INSERT ON refs BEGIN
    UPDATE folders SET total = total + 1, unread = unread + (new.is_read = 0) WHERE id = new.folder;
END;
CREATE TRIGGER ref_removed AFTER DELETE ON refs BEGIN
    UPDATE folders SET total = total - 1, unread = unread - (old.is_read = 0) WHERE id = old.folder;
END;
CREATE TRIGGER ref_marked AFTER UPDATE OF is_read ON refs WHEN old.is_read <> new.is_read BEGIN
    UPDATE folders SET unread = unread + (new.is_read = 0) - (old.is_read = 0) WHERE id = new.folder;
END;

CREATE TABLE submissions (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    uuid TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    made INTEGER NOT NULL,
    UNIQUE (account, uuid)
);
CREATE INDEX submissions_made ON submissions (made);
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    sender TEXT NOT NULL,
    uuid TEXT NOT NULL,
    recipient TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    code INTEGER NOT NULL,
    made INTEGER NOT NULL,
    UNIQUE (uuid, recipient, sender, origin)
);
CREATE INDEX deliveries_made ON deliveries (made);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL REFERENCES messages,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    destination TEXT NOT NULL,
    length INTEGER NOT NULL,
    queued INTEGER NOT NULL,
    next_try INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT NOT NULL,
    delay_noticed INTEGER NOT NULL,
    bundle TEXT NOT NULL,
    item INTEGER NOT NULL,
    recipient_no INTEGER NOT NULL,
    owner TEXT NOT NULL DEFAULT '',
    lease_end INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX outbox_message ON outbox (message);
CREATE INDEX outbox_untold ON outbox (queued, id) WHERE delay_noticed = 0;
CREATE INDEX outbox_expiring ON outbox (queued, id) WHERE bundle = '';
CREATE INDEX outbox_waiting ON outbox (destination, message, id, next_try) WHERE bundle = '';
CREATE INDEX outbox_bundle ON outbox (bundle) WHERE bundle <> '';
CREATE INDEX outbox_owner ON outbox (owner) WHERE owner <> '';

CREATE TABLE outgoing (
    id TEXT PRIMARY KEY,
    destination TEXT NOT NULL,
    content_key BLOB NOT NULL CHECK (length(content_key) = 32),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    body INTEGER NOT NULL REFERENCES bodies,
    payload_length INTEGER NOT NULL,
    sealed INTEGER NOT NULL,
    owner TEXT NOT NULL,
    lease_end INTEGER NOT NULL,
    head BLOB NOT NULL
);
CREATE INDEX outgoing_body ON outgoing (body);
CREATE INDEX outgoing_lease ON outgoing (lease_end);
CREATE TABLE incoming (
    peer TEXT NOT NULL,
    id TEXT NOT NULL,
    of INTEGER NOT NULL,
    body INTEGER NOT NULL REFERENCES bodies,
    touched INTEGER NOT NULL,
    PRIMARY KEY (peer, id)
);
CREATE INDEX incoming_body ON incoming (body);
CREATE INDEX incoming_touched ON incoming (touched);
CREATE TABLE receipts (
    id INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    bundle TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    made INTEGER NOT NULL,
    receipt BLOB NOT NULL,
    UNIQUE (bundle, origin)
);
CREATE INDEX receipts_made ON receipts (made);

CREATE TABLE own_keys (
    serial INTEGER PRIMARY KEY,
    sign_seed BLOB NOT NULL CHECK (length(sign_seed) = 32),
    next_sign_seed BLOB NOT NULL CHECK (length(next_sign_seed) = 32),
    seal_secret BLOB NOT NULL CHECK (length(seal_secret) = 32),
    made INTEGER NOT NULL,
    retired INTEGER,
    record TEXT NOT NULL
);
CREATE TABLE pins (
    domain TEXT PRIMARY KEY,
    state INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    record TEXT NOT NULL,
    offered TEXT NOT NULL
);
)sql";

}  // namespace immp::bridge
