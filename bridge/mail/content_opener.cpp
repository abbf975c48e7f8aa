#include "bridge/mail/content_opener.hpp"

#include <algorithm>
#include <utility>

#include "armor/padding.hpp"

namespace immp::bridge {

ContentOpener::ContentOpener(std::uint64_t octets, std::string imid, std::span<const armor::HeldSeal> held,
                             SealedPlainReader::Sink sink)
    : octets_(octets), imid_(std::move(imid)), held_(held), sink_(std::move(sink)) {}

Result<void> ContentOpener::append(ByteView sealed) {
    if (!head_) {
        begin_ += as_text(sealed);
        unread_ += sealed.size();
        // Not at each octet that comes: a long head is read once a line.
        if (unread_ < armor::kSealedBoxBytes && std::ranges::find(sealed, '\n') == sealed.end()) return {};
        unread_ = 0;
        auto head = armor::parse_sealed_head(begin_);
        if (!head) return std::unexpected(std::move(head.error()));
        if (!*head) return {};
        const std::string begin = std::exchange(begin_, {});
        const std::size_t head_bytes = (*head)->text.size();
        if (auto opened = open_head(std::move(**head)); !opened) return opened;
        return append(as_bytes(begin).subspan(head_bytes));
    }
    const auto plain = stream_->append(sealed);
    if (!plain) return std::unexpected(plain.error());
    if (auto read = plain_->append(*plain); !read) return read;
    return check_seal();
}

Result<void> ContentOpener::open_head(armor::SealedHead head) {
    const auto box = armor::open_sealed_box(head, held_);
    if (!box) return std::unexpected(box.error());
    place_ = box->place;
    const std::uint64_t payload = octets_ - std::min<std::uint64_t>(octets_, head.text.size());
    const auto plain = armor::plain_bytes(payload);
    if (!plain) return fail(400, "sealed content of a length that it cannot have");
    stream_ = std::make_unique<armor::PayloadOpener>(armor::sealed_stream_key(box->key, head.text), payload);
    plain_ = std::make_unique<SealedPlainReader>(*plain, sink_);
    head_ = std::move(head);
    return {};
}

/// Steps 7, 10 and 12, once the seal is there.
Result<void> ContentOpener::check_seal() {
    if (seal_is_checked_ || !plain_->seal()) return {};
    const armor::Seal& seal = *plain_->seal();
    if (!std::ranges::equal(seal.to, head_->boxes, {}, &armor::SealedFor::key, &armor::SealedBox::key))
        return fail(400, "malformed sealed content: the seal names other keys than the boxes");
    const armor::SealedFor& ours = seal.to[place_];
    if (ours.imid != imid_) return fail(403, "it was sealed for somebody else");
    if (!armor::verify(seal.record->claims().sign, armor::sealed_for_digest(seal, ours), ours.signature))
        return fail(422, "the sender's signature does not hold");
    seal_is_checked_ = true;
    return {};
}

Result<void> ContentOpener::finish() const {
    if (!stream_) {
        const auto head = armor::parse_sealed_head(begin_);
        if (!head) return std::unexpected(head.error());
        return fail(400, "not sealed content: it is cut off");
    }
    if (auto whole = stream_->finish(); !whole) return whole;
    return plain_->finish();
}

Result<void> check_envelope(const armor::Seal& seal, std::string_view id, std::string_view from) {
    if (seal.id != id) return fail(424, "it was sent before, as another message");
    if (seal.from != from) return fail(403, "it was sealed by somebody else than who sent it");
    return {};
}

}  // namespace immp::bridge
