// The seventh step of schema.hpp: rules of mailboxes, and what they forward.
#pragma once

namespace immp::bridge {

/// Notes on the tables:
/// - rules: in the order of `place`. An id is never given twice: rule_jobs.verdicts name them.
/// - rule_jobs: a message that waits for a program's word. It is filed and taken out of its folder by a lease
///   that no clock ends, so that it counts, stays and can be brought back as any that is taken; a job ends
///   with its lease.
/// - forwards: an account forwards a message to an address once: that is what ends a loop.
/// - A forwarded message has the parts of the one that came: a body is loose when the last part goes.
inline constexpr const char* kSchema7 = R"sql(
CREATE TABLE rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    larger INTEGER,
    program TEXT NOT NULL,
    folder TEXT NOT NULL,
    target TEXT NOT NULL,
    reason TEXT,
    is_read INTEGER NOT NULL,
    is_flagged INTEGER NOT NULL,
    stops INTEGER NOT NULL,
    UNIQUE (account, name)
);
CREATE INDEX rules_place ON rules (account, place);
CREATE TABLE rule_jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    lease TEXT NOT NULL UNIQUE REFERENCES leases ON DELETE CASCADE,
    recipient TEXT NOT NULL,
    verdicts TEXT NOT NULL DEFAULT ''
);
CREATE INDEX rule_jobs_account ON rule_jobs (account);
CREATE TABLE forwards (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    uuid TEXT NOT NULL,
    target TEXT NOT NULL,
    made INTEGER NOT NULL,
    PRIMARY KEY (account, uuid, target)
) WITHOUT ROWID;
CREATE INDEX forwards_made ON forwards (made);
ALTER TABLE messages ADD COLUMN original_from TEXT NOT NULL DEFAULT '';
DROP TRIGGER part_gone;
CREATE TRIGGER part_gone AFTER DELETE ON parts
WHEN NOT EXISTS (SELECT 1 FROM parts WHERE body = old.body)
BEGIN
    UPDATE bodies SET loose = 1 WHERE id = old.body;
END;
)sql";

}  // namespace immp::bridge
