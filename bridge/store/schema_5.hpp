// The fifth step of schema.hpp: keys of users.
#pragma once

namespace immp::bridge {

/// - user_keys: the records that our users published, without the domain's word: it is given with the record,
///   under the domain's key of that day.
/// - peer_keys: users of other domains whose keys were asked for; `told` is NULL until their domain has
///   answered. Short-lived: what is not asked for any more is forgotten.
/// - messages.kind: what an item is on its way to another domain (Kind); some never lie in folders.
inline constexpr const char* kSchema5 = R"sql(
CREATE TABLE user_keys (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    serial INTEGER NOT NULL,
    made INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (account, serial)
) WITHOUT ROWID;
CREATE TABLE peer_keys (
    imid TEXT PRIMARY KEY,
    asked INTEGER NOT NULL,
    told INTEGER,
    records TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX peer_keys_asked ON peer_keys (asked);
ALTER TABLE messages ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
)sql";

}  // namespace immp::bridge
