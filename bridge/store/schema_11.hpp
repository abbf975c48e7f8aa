// The eleventh step of schema.hpp: what pushes and items of nodes have that mail has not.
#pragma once

namespace immp::bridge {

/// - messages.actions: pairs of label and URI. messages.sequence, previous: an item's place in its node.
/// - outbox.token: what travels with this row's copy; rows of one message with different tokens are different
///   items.
inline constexpr const char* kSchema11 = R"sql(
ALTER TABLE messages ADD COLUMN actions TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN previous TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN token TEXT NOT NULL DEFAULT '';
)sql";

}  // namespace immp::bridge
