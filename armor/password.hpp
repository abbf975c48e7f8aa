// Passwords: Argon2id and SCRAM-SHA-256 as decisions, 3 and RFC 5802 have them. Pure; all comparisons are
// constant in time. Passwords are UTF-8 in NFC: bridge/wire normalises before it calls.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "armor/bytes.hpp"
#include "armor/digest.hpp"
#include "armor/error.hpp"
#include "armor/secret.hpp"

namespace immp::armor {

/// What a client accepts from a server; outside it the client closes (decisions, 3).
inline constexpr std::uint32_t kMinMemoryKib = 19'456;
inline constexpr std::uint32_t kMaxMemoryKib = 1'048'576;
inline constexpr std::uint32_t kMinPasses = 2;
inline constexpr std::uint32_t kMaxPasses = 16;

using Salt = std::array<std::uint8_t, 16>;
using StretchedPassword = SecretBytes<32>;
using ScramProof = std::array<std::uint8_t, 32>;
using ScramSignature = std::array<std::uint8_t, 32>;

struct Argon2Cost {
    std::uint32_t memory_kib = kMinMemoryKib;
    std::uint32_t passes = kMinPasses;

    bool operator==(const Argon2Cost&) const = default;
};

/// Whether a client may answer a challenge of this cost; `seen` is the dearest it answered for this account
/// before (default: never). Less than seen is refused, so that nobody talks a client down.
[[nodiscard]] bool client_accepts(const Argon2Cost& offered, const Argon2Cost& seen = {0, 0});

/// h of decisions, 3: Argon2id with one lane, 32 octets. Takes `memory_kib` of memory and tens of
/// milliseconds: not on a thread that serves others. 705 (temporary) where the memory is not to be had, 400
/// for a cost libsodium refuses.
[[nodiscard]] Result<StretchedPassword> stretch(const SecretText& password, const Salt& salt,
                                                const Argon2Cost& cost);

/// What a server keeps of a password: no login by itself. RFC 5802, 3.
struct ScramKeys {
    SecretBytes<32> stored_key;
    SecretBytes<32> server_key;
};

[[nodiscard]] ScramKeys scram_keys(const StretchedPassword& h);

/// The six lines that both sides sign. `challenge` is the 303 line from `n1=` to before its line end; `nonce`
/// and `binding` the base64 as sent, an empty binding stands as `n`; the names after unquoting.
struct AuthExchange {
    std::string account;
    std::string device;
    std::string challenge;
    std::string nonce;
    std::string binding;
};

[[nodiscard]] std::string auth_message(const AuthExchange& exchange);

[[nodiscard]] ScramProof client_proof(const StretchedPassword& h, std::string_view auth_message);
[[nodiscard]] bool proof_holds(const ScramKeys& keys, std::string_view auth_message, const ScramProof& proof);
/// `v=` of the 210 line.
[[nodiscard]] ScramSignature server_signature(const ScramKeys& keys, std::string_view auth_message);
/// The client's side of `v=`; false: close.
[[nodiscard]] bool server_proved(const StretchedPassword& h, std::string_view auth_message,
                                 const ScramSignature& signature);

/// The salt of every account, real or not, so that the challenge does not tell which exist. `account`
/// prepared.
[[nodiscard]] Salt account_salt(const SecretBytes<32>& store_secret, std::string_view account);

/// Which of `settings` (not 0) settings in use an unknown account shows: always the same one.
[[nodiscard]] std::size_t decoy_setting(const SecretBytes<32>& store_secret, std::string_view account,
                                        std::size_t settings);
/// Keys for an account that does not exist: the proof is checked against them, in the same time, and fails.
[[nodiscard]] ScramKeys decoy_keys(const SecretBytes<32>& store_secret, std::string_view account);

/// The draft's K (section 3): SHA-1 in hex over h in hex, n1 and n2. 40 characters. Off by default.
[[nodiscard]] std::string draft_proof(const StretchedPassword& h, std::string_view n1, std::string_view n2);
[[nodiscard]] bool draft_proof_holds(const StretchedPassword& h, std::string_view n1, std::string_view n2,
                                     std::string_view proof);

}  // namespace immp::armor
