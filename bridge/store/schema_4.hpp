// The fourth step of schema.hpp: accounts for which the draft's login is allowed.
#pragma once

namespace immp::bridge {

/// credentials.hash is h itself, which the draft's K needs and which is as good as the password: there only
/// where the administrator allowed it. Whether it is there is part of the setting that an unknown account
/// shows, so the index that is sought for the settings in use has it.
inline constexpr const char* kSchema4 = R"sql(
ALTER TABLE credentials ADD COLUMN hash BLOB CHECK (hash IS NULL OR length(hash) = 32);
DROP INDEX credentials_cost;
CREATE INDEX credentials_setting ON credentials (memory_kib, passes, hash IS NOT NULL);
)sql";

}  // namespace immp::bridge
