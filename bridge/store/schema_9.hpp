// The ninth step of schema.hpp: mailboxes and folders that are shared.
#pragma once

namespace immp::bridge {

/// - accounts.is_shared: a mailbox without a password, which others are given rights to. One name space with
///   accounts, one id space with their mail.
/// - shares: what `member` may do in a folder of `account` with all below it, or, without one, in all of
/// them.
/// - seen: what a member has read of another's mailbox. The account's own state stays refs.is_read, so an
///   ordinary mailbox has no rows here, and its queries are what they were. Rows name the reference by its
///   id: while a lease hides it they wait for it, under the same id.
/// - seen_counts: how many of a folder's references a member has read, so that CHECK stays two rows.
/// - A change of either, and of rights, touches the folder's row: that is how watches hear of it.
/// - senders: who wrote in a mailbox's name. Beside the message, which all its recipients share.
/// - leases.taker: who took it, where that is not the mailbox's own account.
inline constexpr const char* kSchema9 = R"sql(
ALTER TABLE accounts ADD COLUMN is_shared INTEGER NOT NULL DEFAULT 0;
ALTER TABLE leases ADD COLUMN taker INTEGER;
CREATE INDEX leases_ref ON leases (ref);

CREATE TABLE shares (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    folder INTEGER REFERENCES folders ON DELETE CASCADE,
    member INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    rights INTEGER NOT NULL
);
CREATE UNIQUE INDEX shares_place ON shares (account, member, ifnull(folder, 0));
CREATE INDEX shares_member ON shares (member);
CREATE INDEX shares_folder ON shares (folder);
CREATE TRIGGER share_changed AFTER UPDATE OF rights ON shares BEGIN
    UPDATE folders SET total = total WHERE account = new.account;
END;
CREATE TRIGGER share_ended AFTER DELETE ON shares BEGIN
    UPDATE folders SET total = total WHERE account = old.account;
END;

CREATE TABLE seen (
    ref INTEGER NOT NULL,
    member INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    PRIMARY KEY (ref, member)
) WITHOUT ROWID;
CREATE INDEX seen_member ON seen (member);
CREATE TABLE seen_counts (
    folder INTEGER NOT NULL REFERENCES folders ON DELETE CASCADE,
    member INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    seen INTEGER NOT NULL,
    PRIMARY KEY (folder, member)
) WITHOUT ROWID;
CREATE INDEX seen_counts_member ON seen_counts (member);
CREATE TRIGGER seen_made AFTER INSERT ON seen BEGIN
    INSERT INTO seen_counts (folder, member, seen) SELECT folder, new.member, 1 FROM refs WHERE id = new.ref
        ON CONFLICT (folder, member) DO UPDATE SET seen = seen + 1;
    UPDATE folders SET total = total WHERE id = (SELECT folder FROM refs WHERE id = new.ref);
END;
CREATE TRIGGER seen_ended AFTER DELETE ON seen BEGIN
    UPDATE seen_counts SET seen = seen - 1
    WHERE folder = (SELECT folder FROM refs WHERE id = old.ref) AND member = old.member;
    UPDATE folders SET total = total WHERE id = (SELECT folder FROM refs WHERE id = old.ref);
END;
CREATE TRIGGER ref_unseen AFTER DELETE ON refs WHEN EXISTS (SELECT 1 FROM seen WHERE ref = old.id) BEGIN
    UPDATE seen_counts SET seen = seen - 1
    WHERE folder = old.folder AND member IN (SELECT member FROM seen WHERE ref = old.id);
    DELETE FROM seen WHERE ref = old.id
        AND NOT EXISTS (SELECT 1 FROM leases WHERE ref = old.id AND message IS NOT NULL);
END;
CREATE TRIGGER ref_back AFTER INSERT ON refs WHEN EXISTS (SELECT 1 FROM seen WHERE ref = new.id) BEGIN
    UPDATE seen_counts SET seen = seen + 1
    WHERE folder = new.folder AND member IN (SELECT member FROM seen WHERE ref = new.id);
END;
CREATE TRIGGER lease_unseen AFTER DELETE ON leases WHEN NOT EXISTS (SELECT 1 FROM refs WHERE id = old.ref)
BEGIN
    DELETE FROM seen WHERE ref = old.ref;
END;
CREATE TRIGGER lease_committed_unseen AFTER UPDATE OF message ON leases
WHEN old.message IS NOT NULL AND new.message IS NULL BEGIN
    DELETE FROM seen WHERE ref = old.ref;
END;

CREATE TABLE senders (
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    sender TEXT NOT NULL,
    PRIMARY KEY (message, account)
) WITHOUT ROWID;
CREATE INDEX senders_account ON senders (account);
)sql";

}  // namespace immp::bridge
