// The second step of schema.hpp: messages end with what refers to them.
#pragma once

namespace immp::bridge {

/// A message is there for the folders and outbox rows that refer to it. When the last of them goes (an
/// account is removed, a receipt ends a row whose copy in SENT is gone), it goes too, and its bodies are
/// swept. Looking for the rest costs two index entries a removal; a sweep would have to look at every
/// message.
inline constexpr const char* kSchema2 = R"sql(
CREATE TRIGGER ref_left AFTER DELETE ON refs
WHEN NOT EXISTS (SELECT 1 FROM refs WHERE message = old.message)
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE message = old.message)
BEGIN
    DELETE FROM messages WHERE id = old.message;
END;
CREATE TRIGGER outbox_left AFTER DELETE ON outbox
WHEN NOT EXISTS (SELECT 1 FROM refs WHERE message = old.message)
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE message = old.message)
BEGIN
    DELETE FROM messages WHERE id = old.message;
END;
DELETE FROM messages
WHERE NOT EXISTS (SELECT 1 FROM refs WHERE message = messages.id)
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE message = messages.id);
)sql";

}  // namespace immp::bridge
