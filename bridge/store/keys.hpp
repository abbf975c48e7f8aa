// Our own keys and the pins of others (decisions, 4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "armor/secret.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// One generation of our domain's keys. A retired one still opens what was sealed to it, until its secret is
/// wiped.
struct OwnKey {
    std::uint64_t serial = 0;
    std::string record;  ///< the signed record, exactly as it is given out
    armor::SecretBytes<32> sign_seed;
    armor::SecretBytes<32> next_sign_seed;  ///< committed to by the record's `next`
    armor::SecretBytes<32> seal_secret;     ///< all zero once wiped
    Time made;
    std::optional<Time> retired;
};

enum class PinState {
    trusted,  ///< the peer's records are covered by what was pinned first
    changed,  ///< a record came that the chain does not cover: all mail waits, the administrator is told
};

struct Pin {
    std::string domain;
    std::string record;   ///< the last accepted one
    std::string offered;  ///< with PinState::changed: the record that was not accepted
    PinState state = PinState::trusted;
    Time first_seen;
    Time changed;
    bool confirmed = false;  ///< by the administrator (`pins accept`)
};

class Keys {
  public:
    virtual ~Keys() = default;
    /// All generations, oldest first; the last one without `retired` is in use.
    [[nodiscard]] virtual Result<std::vector<OwnKey>> own() = 0;
    /// 409 if there is one with this serial.
    [[nodiscard]] virtual Result<void> add_own(const OwnKey& key) = 0;
    /// 404 if there is none.
    [[nodiscard]] virtual Result<void> retire_own(std::uint64_t serial, Time now) = 0;
    /// Overwrites the sealing secret of a retired generation, in the file too. 404 if there is none.
    [[nodiscard]] virtual Result<void> wipe_own(std::uint64_t serial) = 0;
    [[nodiscard]] virtual Result<std::optional<Pin>> pin(std::string_view domain) = 0;
    [[nodiscard]] virtual Result<void> save_pin(const Pin& pin) = 0;
    [[nodiscard]] virtual Result<std::vector<Pin>> pins() = 0;
};

}  // namespace immp::bridge
