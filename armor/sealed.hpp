// Content sealed end to end, from user to user: what stands around and in front of it (docs/envelope.md, 8).
// What the content says is bridge/mail's.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "armor/bundle.hpp"

namespace immp::armor {

/// Boxes of one message, the sender's own among them; more is 413.
inline constexpr std::size_t kMaxSealedBoxes = 256;
/// A box: fingerprint, blank, 80 octets in base64, newline.
inline constexpr std::size_t kSealedBoxBytes = 64 + 1 + 108 + 1;
/// Octets before the payload: first line, boxes, the empty line; more is 413.
inline constexpr std::size_t kMaxSealedHeadBytes = 14 + kMaxSealedBoxes * kSealedBoxBytes + 1;
/// Octets of the seal's JSON, and of the content's; more is 413.
inline constexpr std::size_t kMaxSealJsonBytes = 262'144;

/// One recipient in the seal, in the order of the boxes.
struct SealedFor {
    std::string imid;
    Digest key{};  ///< fingerprint of his record
    Signature signature{};

    bool operator==(const SealedFor&) const = default;
};

/// What the sender signs, for each recipient by himself.
struct Seal {
    std::string id;                ///< the message's uuid
    std::string from;              ///< his imid
    std::optional<Record> record;  ///< his; always there once it was made or read
    Digest digest{};               ///< of content and bodies
    std::vector<SealedFor> to;

    bool operator==(const Seal&) const = default;
};

/// H("IMMP1 sealed for", ..): what the signature of `recipient` is over.
[[nodiscard]] Digest sealed_for_digest(const Seal& seal, const SealedFor& recipient);
/// Fills in the signatures; `pair` is that of `seal.record`. 413 for more recipients than have room, 400 for
/// another's record.
[[nodiscard]] Result<std::string> sign_seal(Seal& seal, const SigningPair& pair);
/// The JSON. 413 over a bound, 400 for the form. Of signatures only the record's own is verified here.
[[nodiscard]] Result<Seal> parse_seal(std::string_view json);

/// One box of the head, as it stands there.
struct SealedBox {
    Digest key{};
    KeyBox box{};
};

struct SealedHead {
    std::vector<SealedBox> boxes;
    std::string text;  ///< all octets before the payload
};

/// Reads a head from the first octets of sealed content. nullopt: more octets are needed. 413, 400.
[[nodiscard]] Result<std::optional<SealedHead>> parse_sealed_head(std::string_view octets);

/// The key of one message made from the sender's `mixing` and his seal's JSON, which no other plaintext has.
[[nodiscard]] ContentKey mixed_key(const SecretBytes<32>& mixing, std::string_view seal_json);
/// The box of `key` for a record; the same each time. 423 for a sealing key that nothing can be sealed to.
[[nodiscard]] Result<SealedBox> make_sealed_box(const ContentKey& key, const Digest& fingerprint,
                                                const SealingPublic& seal);
[[nodiscard]] std::string sealed_head_text(std::span<const SealedBox> boxes);

/// The key of the payload's stream, and the header of one that is made from a mixed key.
[[nodiscard]] SecretBytes<32> sealed_stream_key(const ContentKey& key, std::string_view head_text);
[[nodiscard]] StreamHeader sealed_stream_header(const ContentKey& key);

/// Which of our keys a box is for, and what is in it.
struct OpenedBox {
    std::size_t place = 0;  ///< of the box, and of our entry in the seal
    ContentKey key;
};
/// 423 where no box is for one of ours, or it does not open.
[[nodiscard]] Result<OpenedBox> open_sealed_box(const SealedHead& head, std::span<const HeldSeal> held);

}  // namespace immp::armor
