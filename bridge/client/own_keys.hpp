// The user's own keys: records with their secrets, of each account, former ones too, since mail that was
// sealed to them is still to be read. One 0600 file beside the credentials.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/domain_key.hpp"
#include "armor/key_record.hpp"
#include "bridge/client/private_file.hpp"

namespace immp::bridge::client {

struct OwnKey {
    armor::Record record;
    armor::SigningPair sign;
    armor::SealingPair seal;
    /// What content keys are made from, so that the same message sealed again is the same octets.
    armor::SecretBytes<32> mixing;
    bool published = false;  ///< the server has said so
};

/// Oldest first: the serials rise.
using KeyRing = std::vector<OwnKey>;

/// The one that seals and signs: the newest that is published. nullptr where there is none.
[[nodiscard]] const OwnKey* current_key(const KeyRing& ring);
/// The one under this fingerprint, or nullptr.
[[nodiscard]] const OwnKey* find_key(const KeyRing& ring, const armor::Digest& fingerprint);

/// Nothing can be signed or sealed to `account`: it has no key here.
[[nodiscard]] Failure no_own_key(const std::string& account);

/// A new key for `account`: the first, or the successor of `former`, signed by it.
[[nodiscard]] OwnKey make_key(const std::string& account, const OwnKey* former, std::chrono::sys_seconds now,
                              std::chrono::days lifetime);

/// The text of a ring, as the file and a backup hold it.
[[nodiscard]] armor::SecretText ring_text(const KeyRing& ring);

class OwnKeys {
  public:
    explicit OwnKeys(std::filesystem::path folder);

    /// Those of one account. ExitStatus::configuration for a file that others may read, or that is none.
    [[nodiscard]] Outcome<KeyRing> of(std::string_view account) const;
    /// Adds those that are not there yet; true of `published` stays true. On the disk on return.
    /// ExitStatus::bad_input where another key of the account has the same serial.
    [[nodiscard]] Outcome<void> add(KeyRing keys);

  private:
    [[nodiscard]] Outcome<KeyRing> all() const;

    PrivateFile file_;
};

/// Reads a ring's fields one by one; false for what is none.
class RingReader {
  public:
    [[nodiscard]] bool take(std::string_view key, std::string_view value);
    /// The keys, where every one was complete and its secrets fit its record.
    [[nodiscard]] std::optional<KeyRing> finish();

  private:
    struct Entry {
        std::optional<armor::Record> record;
        std::optional<armor::SecretBytes<32>> sign, seal, mixing;
        bool published = false;
    };
    std::vector<Entry> entries_;
};

}  // namespace immp::bridge::client
