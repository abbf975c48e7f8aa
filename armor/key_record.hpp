// Key records: what a domain or user says its keys are. docs/envelope.md, "Key records".
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/bytes.hpp"
#include "armor/domain_key.hpp"
#include "armor/error.hpp"

namespace immp::armor {

/// The one suite there is (docs/envelope.md): Ed25519, sealed boxes, BLAKE2b, secretstream.
inline constexpr std::uint64_t kSuite = 1;
/// Octets of a whole record; more is 413.
inline constexpr std::size_t kMaxRecordBytes = 4'608;
/// A clock may be this much behind before a fresh record is "not yet" in force.
inline constexpr std::chrono::minutes kClockSkew{10};

/// Whose record it is: `kDomain` names a domain, `kUser` an IMID.
enum class Owner { kDomain, kUser };

/// What a record says; the fields in the order of its JSON line.
struct RecordClaims {
    Owner owner = Owner::kDomain;
    std::string name;  // the domain or the IMID
    std::uint64_t serial = 0;
    SigningPublic sign{};
    SealingPublic seal{};
    std::chrono::sys_seconds not_before{};
    std::chrono::sys_seconds not_after{};
    std::optional<Digest> previous;  // fingerprint of the record before
    std::optional<Digest> next;      // commit_next() of the signing key to come
    std::vector<std::uint64_t> suites = {kSuite};

    bool operator==(const RecordClaims&) const = default;
};

/// The domain's word for a user's record.
struct Vouch {
    Digest domain_fp{};
    Signature signature{};

    bool operator==(const Vouch&) const = default;
};

/// A record whose own signature holds: there is no other way to get one. What it is worth is told by
/// armor/key_chain.hpp.
class Record {
  public:
    /// Size 413; form 400; no suite that we know 423; own signature 422. Nothing may stand before or after.
    [[nodiscard]] static Result<Record> parse(ByteView octets);

    /// Signs `claims` with `pair` (whose public half must be claims.sign) and, where `previous` is a pair
    /// with another public half, with that too. 400 where the claims could not be read back.
    [[nodiscard]] static Result<Record> make(const RecordClaims& claims, const SigningPair& pair,
                                             const SigningPair* previous = nullptr);

    /// The same user's record with its domain's countersignature; 400 for a domain's record.
    [[nodiscard]] Result<Record> vouched(const Digest& domain_fp, const SigningPair& domain) const;

    [[nodiscard]] const RecordClaims& claims() const { return claims_; }
    [[nodiscard]] const Digest& fingerprint() const { return fingerprint_; }
    [[nodiscard]] const std::optional<Signature>& previous_signature() const { return previous_signature_; }
    [[nodiscard]] const std::optional<Vouch>& vouch() const { return vouch_; }
    /// The octets that go on the wire and into the store.
    [[nodiscard]] std::string text() const;

    bool operator==(const Record&) const = default;

  private:
    Record() = default;
    Result<void> parse_tail(std::string_view tail);

    RecordClaims claims_;
    std::string json_;  // as signed
    Digest fingerprint_{};
    Signature signature_{};
    std::optional<Signature> previous_signature_;
    std::optional<Vouch> vouch_;
};

/// H("IMMP1 vouch", fp): what a domain signs for its user's record.
[[nodiscard]] Digest vouch_digest(const Digest& fingerprint);

}  // namespace immp::armor
