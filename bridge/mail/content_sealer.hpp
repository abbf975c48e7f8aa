// Makes sealed content of a message, as its bodies come (docs/envelope.md, 8).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "armor/payload.hpp"
#include "armor/sealed.hpp"
#include "bridge/mail/sealed_content.hpp"

namespace immp::bridge {

/// Who gets it, and under which record.
struct SealRecipient {
    std::string imid;
    armor::Digest key{};
    armor::SealingPublic seal{};
};

/// The sender's side of it.
struct SealSigner {
    const armor::SigningPair& sign;
    const armor::SecretBytes<32>& mixing;
};

/// Seals one message. The same message gives the same octets.
class ContentSealer {
  public:
    /// `seal` with id, from, record and digest; the signatures are made here. 413, 400, 423.
    [[nodiscard]] static Result<ContentSealer> make(armor::Seal seal,
                                                    std::span<const SealRecipient> recipients,
                                                    const SealSigner& signer, const SealedContent& content);

    /// Octets of the whole.
    [[nodiscard]] std::uint64_t length() const { return length_; }
    /// What comes first: once.
    [[nodiscard]] Bytes begin();
    /// What the next octets of the bodies complete.
    [[nodiscard]] Bytes append(ByteView body);
    /// The zeros, in pieces; empty when none is left.
    [[nodiscard]] Bytes pad() { return stream_->pad(); }
    /// 422 where the bodies were not those of the digest: nothing of it is to be believed, nor sent.
    [[nodiscard]] Result<Bytes> finish();

  private:
    ContentSealer(armor::Digest expected, std::string head, Bytes front, SealedDigest digest,
                  std::unique_ptr<armor::PayloadSealer> stream, std::uint64_t length);

    armor::Digest expected_;
    std::string head_;
    Bytes front_;
    SealedDigest digest_;
    std::unique_ptr<armor::PayloadSealer> stream_;
    std::uint64_t length_;
};

}  // namespace immp::bridge
