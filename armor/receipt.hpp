// Receipts: the destination's signed word about one bundle (docs/envelope.md, "Receipts"). Receipts have no
// receipts.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "armor/answer.hpp"
#include "armor/bundle.hpp"
#include "armor/error.hpp"
#include "armor/key_record.hpp"

namespace immp::armor {

/// Octets of a whole receipt; more is 413.
inline constexpr std::size_t kMaxReceiptBytes =
    15 + kMaxJsonLineBytes + 1 + 88 + 1 + 24 + 16 + kMaxAnswerPlainBytes;

struct Receipt {
    std::string origin;       // of the bundle
    std::string destination;  // of the bundle: who signs this
    std::string bundle_id;
    Digest digest{};     // D of the bundle
    Digest signer_fp{};  // the destination's record, perhaps newer than the bundle's
    std::chrono::sys_seconds time{};
    int code = 275;    // 275: opened, the answer says the rest; else why the bundle as a whole was refused
    std::string json;  // as signed
    Signature signature{};
    Bytes answer;  // sealed; empty exactly when code is not 275

    bool operator==(const Receipt&) const = default;
};

/// Who signs a receipt, and when.
struct ReceiptSigner {
    Digest fingerprint{};
    const SigningPair& pair;
    std::chrono::sys_seconds time;
};

/// The receipt of a bundle that was opened with `key` and is durably done with.
[[nodiscard]] Result<Receipt> make_receipt(const Head& head, const ContentKey& key,
                                           std::span<const Outcome> outcomes, const ReceiptSigner& signer);
/// The refusal of a bundle as a whole: 4xx or 7xx. Always temporary for the one who gets it.
[[nodiscard]] Result<Receipt> make_refusal(const Head& head, int code, const ReceiptSigner& signer);

[[nodiscard]] std::string receipt_text(const Receipt& receipt);

/// 413, 400. Says nothing about who made it: verify_receipt does.
[[nodiscard]] Result<Receipt> parse_receipt(ByteView octets);

/// That `destination` says this about exactly the bundle that was sent. 404 for another bundle's names, 422
/// for another header, 412 where `destination` is not the record named, 422 for the signature. The caller has
/// made sure that the record is pinned, or properly succeeds the pin.
[[nodiscard]] Result<void> verify_receipt(const Receipt& receipt, const Route& sent,
                                          const Digest& sent_digest, const Record& destination);

}  // namespace immp::armor
