// Whose key this user knows: for each account here and each address the records that were seen, and whether
// the two have compared fingerprints. A key that does not follow from the pinned one is not used.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/key_record.hpp"
#include "bridge/client/private_file.hpp"

namespace immp::bridge::client {

struct Pin {
    std::string account;  ///< which of this user's accounts was told
    std::string owner;
    std::vector<armor::Record> chain;  ///< oldest first, not empty; the last is in use
    bool compared = false;             ///< its fingerprint, or an earlier one's, by another way

    [[nodiscard]] const armor::Record& record() const { return chain.back(); }
    [[nodiscard]] bool knows(const armor::Digest& fingerprint) const;
};

/// What a domain's answer about a user means to who has, or has not, pinned him.
enum class KeyState {
    none,       ///< he has no key
    first,      ///< seen for the first time: pinned now
    known,      ///< the pinned one, or one before it
    renewed,    ///< it follows from the pinned one, and takes its place
    withdrawn,  ///< he had one, and is said to have none
    changed,    ///< it does not follow from the pinned one
};

struct KeyFinding {
    KeyState state = KeyState::none;
    std::optional<Pin> pin;                ///< what is to be used; of `changed` and `withdrawn`: what was
    std::optional<armor::Record> offered;  ///< of `changed`
};

/// Pure. `chain` is the answer, oldest first; empty where there is no key.
[[nodiscard]] KeyFinding judge_key(const std::string& account, const std::string& owner,
                                   std::optional<Pin> pin, std::vector<armor::Record> chain);

class Pins {
  public:
    explicit Pins(std::filesystem::path folder);

    /// Those of one account, in the order of their making.
    [[nodiscard]] Outcome<std::vector<Pin>> list(std::string_view account) const;
    [[nodiscard]] Outcome<std::optional<Pin>> find(std::string_view account, std::string_view owner) const;
    /// Adds or replaces; on the disk on return.
    [[nodiscard]] Outcome<void> save(Pin pin);

  private:
    [[nodiscard]] Outcome<std::vector<Pin>> all() const;

    PrivateFile file_;
};

/// `1234 5678 ...`: as people read it to each other.
[[nodiscard]] std::string fingerprint_groups(const armor::Digest& fingerprint);

}  // namespace immp::bridge::client
