// What the node answers, as dialogs write it.
#pragma once

#include <string>

#include "bridge/session/request.hpp"

namespace immp::bridge::test {

/// `done`, `credential [draft|own]` (with a hash, or a device's own),
/// `submitted <uuid> <imid> <code> <text> | ...`, `status <path> <u> <t>, ...`,
/// `index <n> [next]` (the sample entries), `source <octets>`, `part <type> <octets>`, `octets <n>`,
/// `path <path>`, `removed [path]`, `flags <flag> ...`, `quota <used> [limit]`, `taken <type> <octets>` (a
/// part under a lease), `submitted <uuid> copyless ...` (no room in SENT), `secret <text>`, `devices`,
/// `shared <rights> [seat]`, `shares <rights> <name> | ...`,
/// `keys <name> <n>` (a.example's record, n times), `published <fingerprint>`,
/// `pushed <code> <uuid>`, `token <text>` (for a week), `sources` (three),
/// `bundle <id> <n>` (taken, with a receipt of n octets), `error <code> <text>[
/// retry=<s>]`. Ends the test program for anything else.
[[nodiscard]] Answer read_answer(const std::string& text);

}  // namespace immp::bridge::test
