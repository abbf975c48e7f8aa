// The third step of schema.hpp: folders that come and go, quotas, leases.
#pragma once

namespace immp::bridge {

/// - A folder dropped for good has an empty path and a path_key that no path has (`#<id>`): nobody finds it,
///   and its references are swept in rounds, so that dropping a million of them holds nobody up.
/// - accounts.used: octets of the messages that the account's folders and leases refer to, each once, with
///   1,024 for what is not in the bodies (kMessageOverheadBytes). accounts.quota: NULL is the daemon's own.
/// - leases: what a FETCH +REMOVE took out of its folder, with all that brings it back: its row id too, so
///   that it lies again where it lay. A committed lease has no message, and stays for the repeat of COMMIT.
/// - ref_left is one trigger because the order of two is not defined, and the length is gone with the
/// message.
/// - A change of flags touches the folder's row: that is how the writer knows which folders changed.
/// - No folder but the default ones could be made before this step, so no path_key needs to be folded anew.
inline constexpr const char* kSchema3 = R"sql(
DROP INDEX refs_message;
CREATE INDEX refs_message ON refs (message, account);
CREATE INDEX folders_dropped ON folders (id) WHERE path = '';

ALTER TABLE accounts ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN quota INTEGER;
UPDATE accounts SET used = held.octets FROM (
    SELECT r.account AS account, sum(m.length + 1024) AS octets
    FROM (SELECT DISTINCT account, message FROM refs) r JOIN messages m ON m.id = r.message
    GROUP BY r.account) held
WHERE accounts.id = held.account;

CREATE TABLE leases (
    id TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    ends INTEGER NOT NULL,
    ref INTEGER NOT NULL,
    folder INTEGER REFERENCES folders ON DELETE CASCADE,
    message INTEGER REFERENCES messages,
    uuid TEXT NOT NULL,
    is_read INTEGER NOT NULL,
    is_flagged INTEGER NOT NULL,
    filed INTEGER NOT NULL
);
CREATE INDEX leases_account ON leases (account);
CREATE INDEX leases_folder ON leases (folder);
CREATE INDEX leases_message ON leases (message, account);
CREATE INDEX leases_uuid ON leases (uuid, account);
CREATE INDEX leases_ends ON leases (ends);

CREATE TRIGGER ref_flagged AFTER UPDATE OF is_flagged ON refs WHEN old.is_flagged <> new.is_flagged BEGIN
    UPDATE folders SET total = total WHERE id = new.folder;
END;
CREATE TRIGGER ref_counted AFTER INSERT ON refs
WHEN NOT EXISTS (SELECT 1 FROM refs WHERE message = new.message AND account = new.account AND id <> new.id)
    AND NOT EXISTS (SELECT 1 FROM leases WHERE message = new.message AND account = new.account)
BEGIN
    UPDATE accounts SET used = used + 1024 + (SELECT length FROM messages WHERE id = new.message)
    WHERE id = new.account;
END;
DROP TRIGGER ref_left;
CREATE TRIGGER ref_left AFTER DELETE ON refs
WHEN NOT EXISTS (SELECT 1 FROM refs WHERE message = old.message AND account = old.account)
    AND NOT EXISTS (SELECT 1 FROM leases WHERE message = old.message AND account = old.account)
BEGIN
    UPDATE accounts SET used = used - 1024 - (SELECT length FROM messages WHERE id = old.message)
    WHERE id = old.account;
    DELETE FROM messages WHERE id = old.message
        AND NOT EXISTS (SELECT 1 FROM refs WHERE message = old.message)
        AND NOT EXISTS (SELECT 1 FROM leases WHERE message = old.message)
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE message = old.message);
END;
CREATE TRIGGER lease_left AFTER DELETE ON leases
WHEN old.message IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM refs WHERE message = old.message AND account = old.account)
    AND NOT EXISTS (SELECT 1 FROM leases WHERE message = old.message AND account = old.account)
BEGIN
    UPDATE accounts SET used = used - 1024 - (SELECT length FROM messages WHERE id = old.message)
    WHERE id = old.account;
    DELETE FROM messages WHERE id = old.message
        AND NOT EXISTS (SELECT 1 FROM refs WHERE message = old.message)
        AND NOT EXISTS (SELECT 1 FROM leases WHERE message = old.message)
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE message = old.message);
END;
CREATE TRIGGER lease_committed AFTER UPDATE OF message ON leases
WHEN old.message IS NOT NULL AND new.message IS NULL
    AND NOT EXISTS (SELECT 1 FROM refs WHERE message = old.message AND account = old.account)
    AND NOT EXISTS (SELECT 1 FROM leases WHERE message = old.message AND account = old.account)
BEGIN
    UPDATE accounts SET used = used - 1024 - (SELECT length FROM messages WHERE id = old.message)
    WHERE id = old.account;
    DELETE FROM messages WHERE id = old.message
        AND NOT EXISTS (SELECT 1 FROM refs WHERE message = old.message)
        AND NOT EXISTS (SELECT 1 FROM leases WHERE message = old.message)
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE message = old.message);
END;
DROP TRIGGER outbox_left;
CREATE TRIGGER outbox_left AFTER DELETE ON outbox
WHEN NOT EXISTS (SELECT 1 FROM refs WHERE message = old.message)
    AND NOT EXISTS (SELECT 1 FROM leases WHERE message = old.message)
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE message = old.message)
BEGIN
    DELETE FROM messages WHERE id = old.message;
END;
)sql";

}  // namespace immp::bridge
