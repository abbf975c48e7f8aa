// The sealed stream of a bundle, and of sealed content: plaintext in, ciphertext out, and back, one record
// (64 KiB) in memory. What the plaintext says is bridge/mail's; here it is octets, and zeros behind them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <sodium.h>

#include "armor/bytes.hpp"
#include "armor/error.hpp"
#include "armor/hash.hpp"
#include "armor/padding.hpp"
#include "armor/route.hpp"
#include "armor/secret.hpp"

namespace immp::armor {

/// c of envelope.md: SecretBytes<32>::random() for each bundle, never used for a second one.
using ContentKey = SecretBytes<32>;

/// `immp-payload` of the header: how long the sealed octets are, and H("IMMP1 cipher", them).
struct PayloadSum {
    std::uint64_t octets = 0;
    Digest digest{};

    bool operator==(const PayloadSum&) const = default;
};

/// The stream's first octets; random where they are not given.
using StreamHeader = std::array<std::uint8_t, kStreamHeaderBytes>;

/// Seals one payload. The ciphertext must be on disk before its first octet leaves: a second run of a sealer
/// is another bundle with another key.
class PayloadSealer {
  public:
    PayloadSealer(const ContentKey& key, const Route& route);
    /// Of sealed content: the stream's own key, and a header that is never used twice with it.
    PayloadSealer(const SecretBytes<32>& stream_key, const StreamHeader& header);
    ~PayloadSealer();
    PayloadSealer(const PayloadSealer&) = delete;
    PayloadSealer& operator=(const PayloadSealer&) = delete;

    /// The ciphertext that `plain` completes: about as long as `plain`, so hand it pieces of some 64 KiB.
    [[nodiscard]] Bytes append(ByteView plain);
    /// Some of the zeros that are owed up to padded_bytes(), at most one record; empty when none is left.
    /// After the last append; only for who wants finish() to be short, since the padding of a long payload is
    /// long (at most 12 %).
    [[nodiscard]] Bytes pad();
    /// The zeros still owed, and the final record. Once, after the last append.
    [[nodiscard]] Bytes finish();
    /// After finish().
    [[nodiscard]] PayloadSum sum() const { return {sealed_, hasher_.digest()}; }

  private:
    void take(Bytes& out, ByteView plain);
    void seal_record(Bytes& out, ByteView plain, unsigned char tag);

    Hasher hasher_;
    std::uint64_t items_ = 0;  // plaintext without its zeros
    std::uint64_t plain_ = 0;
    std::uint64_t sealed_ = 0;
    Bytes ready_;  // the stream header, until the first output
    Bytes held_;   // plaintext of the record being filled
    crypto_secretstream_xchacha20poly1305_state stream_;
};

/// Opens one payload as it arrives. Nothing of the plaintext may take effect before finish() said yes.
class PayloadOpener {
  public:
    /// `expected` from a header whose signature was verified.
    PayloadOpener(const ContentKey& key, const Route& route, const PayloadSum& expected);
    /// Of sealed content: the stream's own key and its length; what it says has a digest of its own.
    PayloadOpener(const SecretBytes<32>& stream_key, std::uint64_t octets);
    ~PayloadOpener();
    PayloadOpener(const PayloadOpener&) = delete;
    PayloadOpener& operator=(const PayloadOpener&) = delete;

    /// The plaintext of the records that `sealed` completes. 423 where a record does not open: what was
    /// appended behind good_bytes() is forgotten, the caller cuts its file back to there and may append again
    /// from there. 400 for octets behind the announced end. Records before the failing one in the same call
    /// are not returned: they are given by the next append, so nothing is lost.
    [[nodiscard]] Result<Bytes> append(ByteView sealed);
    /// Octets from the payload's begin that opened: 0, or up to the end of a record.
    [[nodiscard]] std::uint64_t good_bytes() const { return good_; }
    /// False after a record that opened and says what it must not: other octets would not make it right.
    [[nodiscard]] bool can_be_mended() const { return state_ != State::kBroken; }
    /// 423 where the end is missing, 422 where the digest differs.
    [[nodiscard]] Result<void> finish() const;

  private:
    enum class State {
        kBegin,    // the stream header and the first record are awaited: only together can they be judged
        kRecords,  // the first record was opened
        kEnded,    // the final record was opened
        kBroken    // a record that opened says what it must not: no octets can mend it
    };
    [[nodiscard]] std::size_t unit_bytes() const;
    [[nodiscard]] Result<void> open_unit(ByteView unit);

    Hasher hasher_;
    std::uint64_t good_ = 0;
    Bytes held_;   // the unit that is not complete
    Bytes plain_;  // opened, not yet returned
    std::uint64_t octets_;
    std::optional<Digest> digest_;
    State state_ = State::kBegin;
    SecretBytes<32> key_;
    crypto_secretstream_xchacha20poly1305_state stream_;
};

}  // namespace immp::armor
