// A user's keys under a passphrase, for another device or a drawer: docs/envelope.md, "Backups".
#pragma once

#include <string>
#include <string_view>

#include "armor/secret.hpp"
#include "bridge/client/own_keys.hpp"

namespace immp::bridge::client {

/// Octets of a backup; more is ExitStatus::bad_input.
inline constexpr std::size_t kMaxBackupBytes = 16u << 20;

/// ExitStatus::internal where there is no memory for the passphrase's hash.
[[nodiscard]] Outcome<std::string> write_backup(const KeyRing& ring, const armor::SecretText& passphrase);
/// ExitStatus::bad_input for what is none, ExitStatus::credentials for another passphrase.
[[nodiscard]] Outcome<KeyRing> read_backup(std::string_view text, const armor::SecretText& passphrase);

}  // namespace immp::bridge::client
