#include "bridge/client/own_keys.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "armor/base64.hpp"
#include "bridge/client/display.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::string_view kKeysHeading = "# Secret keys of `immp`: keep this file to yourself.\n";

std::optional<armor::SecretBytes<32>> read_secret(std::string_view text) {
    auto octets = armor::decode_base64(text);
    if (!octets || octets->size() != 32) return std::nullopt;
    armor::SecretBytes<32> secret{std::span<const std::uint8_t>(*octets).first<32>()};
    sodium_memzero(octets->data(), octets->size());
    return secret;
}

std::string secret_text(const armor::SecretBytes<32>& secret) {
    return armor::encode_base64(secret.view());
}

std::uint64_t serial_of(const OwnKey& key) {
    return key.record.claims().serial;
}

}  // namespace

const OwnKey* current_key(const KeyRing& ring) {
    const auto found =
        std::find_if(ring.rbegin(), ring.rend(), [](const OwnKey& key) { return key.published; });
    return found == ring.rend() ? nullptr : &*found;
}

const OwnKey* find_key(const KeyRing& ring, const armor::Digest& fingerprint) {
    const auto found =
        std::ranges::find(ring, fingerprint, [](const OwnKey& k) { return k.record.fingerprint(); });
    return found == ring.end() ? nullptr : &*found;
}

Failure no_own_key(const std::string& account) {
    return {ExitStatus::configuration,
            account +
                " has no key here; make one with immp key create, or bring it from another device with "
                "immp key import",
            0};
}

OwnKey make_key(const std::string& account, const OwnKey* former, std::chrono::sys_seconds now,
                std::chrono::days lifetime) {
    auto sign = armor::SigningPair::generate();
    auto seal = armor::SealingPair::generate();
    armor::RecordClaims claims;
    claims.owner = armor::Owner::kUser;
    claims.name = account;
    claims.serial = former == nullptr ? 1 : serial_of(*former) + 1;
    claims.sign = sign.open;
    claims.seal = seal.open;
    claims.not_before = now;
    claims.not_after = now + lifetime;
    if (former != nullptr) claims.previous = former->record.fingerprint();
    // Cannot fail: an account is a prepared IMID and the times are in order.
    auto record = armor::Record::make(claims, sign, former == nullptr ? nullptr : &former->sign).value();
    return {std::move(record), std::move(sign), std::move(seal), armor::SecretBytes<32>::random(), false};
}

armor::SecretText ring_text(const KeyRing& ring) {
    std::string text;
    text.reserve(ring.size() * (2 * armor::kMaxRecordBytes));  // so that no copy of a secret is left behind
    for (const OwnKey& key : ring) {
        text += "\nrecord " + armor::encode_base64(as_bytes(key.record.text())) + "\n";
        text += "sign " + secret_text(key.sign.seed()) + "\n";
        text += "seal " + secret_text(key.seal.secret) + "\n";
        text += "mixing " + secret_text(key.mixing) + "\n";
        if (key.published) text += "published yes\n";
    }
    return armor::SecretText(std::move(text));
}

bool RingReader::take(std::string_view key, std::string_view value) {
    if (key == "record") {
        const auto octets = armor::decode_base64(value);
        auto record = octets ? armor::Record::parse(*octets) : Result<armor::Record>(fail(400, ""));
        if (!record || record->claims().owner != armor::Owner::kUser) return false;
        entries_.emplace_back().record = std::move(*record);
        return true;
    }
    if (entries_.empty()) return false;
    Entry& entry = entries_.back();
    if (key == "published") return entry.published = value == "yes";
    auto* const secret = key == "sign"     ? &entry.sign
                         : key == "seal"   ? &entry.seal
                         : key == "mixing" ? &entry.mixing
                                           : nullptr;
    if (secret == nullptr) return false;
    *secret = read_secret(value);
    return secret->has_value();
}

std::optional<KeyRing> RingReader::finish() {
    KeyRing ring;
    for (Entry& entry : entries_) {
        if (!entry.sign || !entry.seal || !entry.mixing) return std::nullopt;
        OwnKey key{std::move(*entry.record), armor::SigningPair::from_seed(*entry.sign),
                   armor::SealingPair::from_secret(*entry.seal), std::move(*entry.mixing), entry.published};
        if (key.record.claims().sign != key.sign.open || key.record.claims().seal != key.seal.open)
            return std::nullopt;
        ring.push_back(std::move(key));
    }
    return ring;
}

OwnKeys::OwnKeys(std::filesystem::path folder)
    : file_(std::move(folder), "keys", "take your keys from a backup (immp key import)") {}

Outcome<KeyRing> OwnKeys::all() const {
    RingReader reader;
    const auto read = file_.read_fields(
        [&](std::string_view key, std::string_view value) { return reader.take(key, value); });
    if (!read) return std::unexpected(read.error());
    auto ring = reader.finish();
    if (!ring)
        return failed(ExitStatus::configuration,
                      "the file \"keys\" beside the credentials has a key that is not whole; move the file "
                      "away and take your keys from a backup (immp key import)");
    return std::move(*ring);
}

Outcome<KeyRing> OwnKeys::of(std::string_view account) const {
    auto ring = all();
    if (!ring) return ring;
    std::erase_if(*ring, [&](const OwnKey& key) { return key.record.claims().name != account; });
    std::ranges::sort(*ring, {}, serial_of);
    return ring;
}

Outcome<void> OwnKeys::add(KeyRing keys) {
    const auto held = file_.lock();
    if (!held) return std::unexpected(held.error());
    auto ring = all();
    if (!ring) return std::unexpected(ring.error());
    for (OwnKey& key : keys) {
        const auto& claims = key.record.claims();
        const auto same = std::ranges::find_if(*ring, [&](const OwnKey& one) {
            return one.record.claims().name == claims.name && serial_of(one) == claims.serial;
        });
        if (same == ring->end())
            ring->push_back(std::move(key));
        else if (same->record.fingerprint() == key.record.fingerprint())
            same->published = same->published || key.published;
        else
            return failed(ExitStatus::bad_input,
                          "there is another key number " + std::to_string(claims.serial) + " of " +
                              one_line(claims.name) + " on this device; nothing was changed");
    }
    const armor::SecretText entries = ring_text(*ring);
    std::string text;
    text.reserve(kKeysHeading.size() + entries.view().size());
    text.append(kKeysHeading).append(entries.view());
    const armor::SecretText wiped(std::move(text));
    return file_.replace(wiped.view());
}

}  // namespace immp::bridge::client
