// The sixth step of schema.hpp: settings of accounts, lists of blocked senders.
#pragma once

namespace immp::bridge {

/// Notes on the tables:
/// - refs_filed: what RETENTION removes, oldest first, without a look at what stays.
/// - vacation_answers: who was answered when, so that nobody is answered twice in a period.
/// - blocks: of an account, or of the server where there is none. What is no glob is found by its pattern
///   alone, so that a long list costs nothing at a delivery.
/// - refusals: the newest of each account, for BLOCK REFUSED.
inline constexpr const char* kSchema6 = R"sql(
CREATE TABLE account_settings (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, name)
) WITHOUT ROWID;
CREATE INDEX account_settings_name ON account_settings (name);
CREATE INDEX refs_filed ON refs (folder, filed) WHERE is_flagged = 0;

CREATE TABLE vacation_answers (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    sender TEXT NOT NULL,
    made INTEGER NOT NULL,
    PRIMARY KEY (account, sender)
) WITHOUT ROWID;
CREATE INDEX vacation_answers_made ON vacation_answers (account, made);
CREATE INDEX vacation_answers_old ON vacation_answers (made);

CREATE TABLE blocks (
    id INTEGER PRIMARY KEY,
    account INTEGER REFERENCES accounts ON DELETE CASCADE,
    pattern TEXT NOT NULL,
    is_glob INTEGER NOT NULL,
    action INTEGER NOT NULL,
    reason TEXT NOT NULL,
    made INTEGER NOT NULL,
    expires INTEGER
);
CREATE UNIQUE INDEX blocks_pattern ON blocks (ifnull(account, 0), pattern);
CREATE INDEX blocks_account ON blocks (account);
CREATE INDEX blocks_glob ON blocks (ifnull(account, 0)) WHERE is_glob = 1;
CREATE INDEX blocks_expiring ON blocks (expires) WHERE expires IS NOT NULL;
CREATE TABLE refusals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    at INTEGER NOT NULL,
    sender TEXT NOT NULL,
    code INTEGER NOT NULL,
    pattern TEXT NOT NULL
);
CREATE INDEX refusals_account ON refusals (account, id);
)sql";

}  // namespace immp::bridge
