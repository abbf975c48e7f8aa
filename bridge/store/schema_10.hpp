// The tenth step of schema.hpp: through which relays a message came.
#pragma once

namespace immp::bridge {

/// messages.received_via: domain, seconds and `verified` or nothing for each relay, as netstrings.
inline constexpr const char* kSchema10 = R"sql(
ALTER TABLE messages ADD COLUMN received_via TEXT NOT NULL DEFAULT '';
)sql";

}  // namespace immp::bridge
