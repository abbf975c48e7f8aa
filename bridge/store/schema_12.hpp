// The twelfth step of schema.hpp: pushes.
#pragma once

namespace immp::bridge {

/// - push_sources: whom an account lets in, or wants nothing from (PushStanding), by the exact name.
/// - push_tokens.hash: of the token, which is kept nowhere. `hint`, its first octets, is what is sought by;
///   the whole is compared in constant time.
/// - push_waiting: what waits for the account's word, each with a message of its own, which lies in no folder
///   and goes with its row unless it was filed meanwhile.
/// - push_notes: what is known of a push in a mailbox beside its message. `expires` is NULL once it was taken
///   out of /PUSH.
/// - push_sent: pushes with actions, while they may be answered.
/// - push_rows: when the push of an outbox row is of no use any more.
inline constexpr const char* kSchema12 = R"sql(
CREATE TABLE push_sources (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    name TEXT NOT NULL,
    standing INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (account, name)
) WITHOUT ROWID;
CREATE TABLE push_tokens (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    hint BLOB NOT NULL CHECK (length(hint) = 8),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    publisher TEXT NOT NULL,
    uses INTEGER NOT NULL,
    expires INTEGER NOT NULL
);
CREATE INDEX push_tokens_hint ON push_tokens (account, hint);
CREATE INDEX push_tokens_expires ON push_tokens (expires);
CREATE TABLE push_waiting (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    source TEXT NOT NULL,
    message INTEGER NOT NULL REFERENCES messages,
    came INTEGER NOT NULL,
    until INTEGER NOT NULL
);
CREATE INDEX push_waiting_source ON push_waiting (account, source);
CREATE INDEX push_waiting_message ON push_waiting (message);
CREATE INDEX push_waiting_until ON push_waiting (until);
CREATE TRIGGER push_waiting_left AFTER DELETE ON push_waiting
WHEN NOT EXISTS (SELECT 1 FROM refs WHERE message = old.message)
    AND NOT EXISTS (SELECT 1 FROM leases WHERE message = old.message)
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE message = old.message)
BEGIN
    DELETE FROM messages WHERE id = old.message;
END;
CREATE TABLE push_notes (
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    repeats INTEGER NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    expires INTEGER,
    PRIMARY KEY (message, account)
) WITHOUT ROWID;
CREATE INDEX push_notes_digest ON push_notes (account, digest);
CREATE INDEX push_notes_expires ON push_notes (expires) WHERE expires IS NOT NULL;
CREATE TABLE push_sent (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    uuid TEXT NOT NULL,
    recipient TEXT NOT NULL,
    labels TEXT NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (account, uuid)
) WITHOUT ROWID;
CREATE INDEX push_sent_expires ON push_sent (expires);
CREATE TABLE push_rows (
    outbox INTEGER PRIMARY KEY REFERENCES outbox ON DELETE CASCADE,
    expires INTEGER NOT NULL
);
CREATE INDEX push_rows_expires ON push_rows (expires);
CREATE TRIGGER push_queued AFTER INSERT ON outbox
WHEN (SELECT kind FROM messages WHERE id = new.message) = 2 BEGIN
    INSERT INTO push_rows (outbox, expires) SELECT new.id, expires FROM messages WHERE id = new.message;
END;
)sql";

}  // namespace immp::bridge
