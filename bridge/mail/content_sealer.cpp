#include "bridge/mail/content_sealer.hpp"

#include <utility>
#include <vector>

#include "armor/padding.hpp"
#include "bridge/mail/big_endian.hpp"

namespace immp::bridge {
namespace {

void add_json(Bytes& out, std::string_view json) {
    append_big_endian(out, static_cast<std::uint32_t>(json.size()));
    out.insert(out.end(), json.begin(), json.end());
}

}  // namespace

ContentSealer::ContentSealer(armor::Digest expected, std::string head, Bytes front, SealedDigest digest,
                             std::unique_ptr<armor::PayloadSealer> stream, std::uint64_t length)
    : expected_(expected),
      head_(std::move(head)),
      front_(std::move(front)),
      digest_(digest),
      stream_(std::move(stream)),
      length_(length) {}

Result<ContentSealer> ContentSealer::make(armor::Seal seal, std::span<const SealRecipient> recipients,
                                          const SealSigner& signer, const SealedContent& content) {
    const auto content_json = sealed_content_json(content);
    if (!content_json) return std::unexpected(content_json.error());
    for (const SealRecipient& each : recipients)
        seal.to.push_back({each.imid, each.key, {}});
    const auto seal_json = armor::sign_seal(seal, signer.sign);
    if (!seal_json) return std::unexpected(seal_json.error());
    const armor::ContentKey key = armor::mixed_key(signer.mixing, *seal_json);
    std::vector<armor::SealedBox> boxes;
    for (const SealRecipient& each : recipients) {
        const auto box = armor::make_sealed_box(key, each.key, each.seal);
        if (!box) return std::unexpected(box.error());
        boxes.push_back(*box);
    }
    std::string head = armor::sealed_head_text(boxes);
    Bytes front;
    add_json(front, *seal_json);
    add_json(front, *content_json);
    const auto plain = sealed_plain_octets(front.size(), content.parts);
    if (!plain) return fail(413, "the message is too large");
    auto stream = std::make_unique<armor::PayloadSealer>(armor::sealed_stream_key(key, head),
                                                         armor::sealed_stream_header(key));
    const std::uint64_t length = head.size() + armor::sealed_bytes(armor::padded_bytes(*plain));
    return ContentSealer(seal.digest, std::move(head), std::move(front), SealedDigest(*content_json),
                         std::move(stream), length);
}

Bytes ContentSealer::begin() {
    Bytes octets(head_.begin(), head_.end());
    const Bytes sealed = stream_->append(front_);
    octets.insert(octets.end(), sealed.begin(), sealed.end());
    return octets;
}

Bytes ContentSealer::append(ByteView body) {
    digest_.add(body);
    return stream_->append(body);
}

Result<Bytes> ContentSealer::finish() {
    if (digest_.digest() != expected_) return fail(422, "a part changed while it was sealed");
    return stream_->finish();
}

}  // namespace immp::bridge
