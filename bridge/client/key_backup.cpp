#include "bridge/client/key_backup.hpp"

#include <algorithm>
#include <utility>

#include "armor/base64.hpp"
#include "armor/json_line.hpp"
#include "armor/line_cursor.hpp"
#include "armor/random.hpp"
#include "armor/secret_box.hpp"
#include "bridge/client/login.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::string_view kFirstLine = "IMMP-BACKUP 1";
/// A backup is attacked at leisure; 256 MiB and 3 passes are half a second here.
constexpr armor::Argon2Cost kCost{262'144, 3};

std::unexpected<Failure> no_backup() {
    return failed(ExitStatus::bad_input, "this is no backup of keys, or it is damaged; take another copy");
}

/// What the second line says.
std::optional<Derivation> read_derivation(std::string_view line) {
    auto json = armor::JsonReader::parse(line);
    if (!json) return std::nullopt;
    const std::uint64_t memory = json->number("memory");
    const std::uint64_t passes = json->number("passes");
    const auto salt = armor::decode_base64(json->text("salt"));
    if (!json->finish() || memory > armor::kMaxMemoryKib || passes > armor::kMaxPasses) return std::nullopt;
    Derivation derivation{{static_cast<std::uint32_t>(memory), static_cast<std::uint32_t>(passes)}, {}};
    if (!salt || salt->size() != derivation.salt.size() || !armor::client_accepts(derivation.cost))
        return std::nullopt;
    std::ranges::copy(*salt, derivation.salt.begin());
    return derivation;
}

Outcome<KeyRing> read_ring(std::string_view text) {
    RingReader reader;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const auto blank = line.find(' ');
        if (line.empty()) continue;
        if (blank == line.npos || !reader.take(line.substr(0, blank), line.substr(blank + 1)))
            return no_backup();
    }
    auto ring = reader.finish();
    if (!ring || ring->empty()) return no_backup();
    return std::move(*ring);
}

}  // namespace

Outcome<std::string> write_backup(const KeyRing& ring, const armor::SecretText& passphrase) {
    const Derivation derivation{kCost, armor::random_array<16>()};
    const auto key = stretch_secret(passphrase, derivation);
    if (!key) return std::unexpected(key.error());
    const armor::SecretText plain = ring_text(ring);
    armor::JsonWriter json;
    json.number("memory", kCost.memory_kib).number("passes", kCost.passes);
    json.text("salt", armor::encode_base64(derivation.salt));
    return std::string(kFirstLine) + "\n" + json.line() + "\n" +
           armor::encode_base64(armor::lock_secret(plain, *key)) + "\n";
}

Outcome<KeyRing> read_backup(std::string_view text, const armor::SecretText& passphrase) {
    armor::LineCursor lines(text);
    const auto first = lines.line(kFirstLine.size());
    const auto second = first ? lines.line(armor::kMaxJsonLineBytes) : first;
    const auto third = second ? lines.line(kMaxBackupBytes) : second;
    if (!third || *first != kFirstLine || !lines.rest().empty()) return no_backup();
    const auto derivation = read_derivation(*second);
    const auto box = armor::decode_base64(*third);
    if (!derivation || !box) return no_backup();
    const auto key = stretch_secret(passphrase, *derivation);
    if (!key) return std::unexpected(key.error());
    const auto plain = armor::unlock_secret(*box, *key);
    if (!plain)
        return failed(ExitStatus::credentials,
                      "the passphrase does not open this backup; check it, or the file is damaged");
    return read_ring(plain->view());
}

}  // namespace immp::bridge::client
