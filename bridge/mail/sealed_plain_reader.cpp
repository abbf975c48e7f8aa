#include "bridge/mail/sealed_plain_reader.hpp"

#include <algorithm>
#include <utility>

#include "armor/padding.hpp"
#include "bridge/mail/big_endian.hpp"

namespace immp::bridge {

SealedPlainReader::SealedPlainReader(std::uint64_t plain_octets, Sink sink)
    : plain_octets_(plain_octets), sink_(std::move(sink)) {}

Result<void> SealedPlainReader::append(ByteView plain) {
    while (!plain.empty()) {
        Result<void> read;
        if (state_ == State::kBodies) {
            read = read_bodies(plain);
        } else if (state_ == State::kZeros) {
            read = read_zeros(plain);
        } else {
            const std::size_t count = std::min(plain.size(), wanted_ - held_.size());
            held_ += as_text(plain.first(count));
            plain = plain.subspan(count);
            if (held_.size() == wanted_) read = take_held();
        }
        if (!read) return read;
    }
    return {};
}

Result<void> SealedPlainReader::take_held() {
    front_ += held_.size();
    const std::string held = std::exchange(held_, {});
    if (state_ == State::kSealLength || state_ == State::kContentLength) {
        wanted_ = static_cast<std::size_t>(read_big_endian(as_bytes(held)));
        if (wanted_ > armor::kMaxSealJsonBytes) return fail(413, "the seal's JSON is too long");
        if (wanted_ == 0) return fail(400, "malformed sealed content: no JSON");
        state_ = state_ == State::kSealLength ? State::kSeal : State::kContent;
        return {};
    }
    if (state_ == State::kSeal) {
        auto seal = armor::parse_seal(held);
        if (!seal) return std::unexpected(std::move(seal.error()));
        seal_ = std::move(*seal);
        state_ = State::kContentLength;
        wanted_ = 4;
        return {};
    }
    auto content = parse_sealed_content(held);
    if (!content) return std::unexpected(std::move(content.error()));
    content_ = std::move(*content);
    digest_.emplace(held);
    return read_content();
}

/// The lengths say how many zeros there are; they must be those of Padmé.
Result<void> SealedPlainReader::read_content() {
    const auto plain = sealed_plain_octets(front_, content_->parts);
    if (!plain || armor::padded_bytes(*plain) != plain_octets_)
        return fail(400, "malformed sealed content: the parts have another length");
    zeros_ = plain_octets_ - *plain;
    state_ = State::kBodies;
    skip_empty_parts();
    return {};
}

void SealedPlainReader::skip_empty_parts() {
    while (part_ < content_->parts.size() && body_ == content_->parts[part_].length) {
        ++part_;
        body_ = 0;
    }
    if (part_ == content_->parts.size()) state_ = State::kZeros;
}

Result<void> SealedPlainReader::read_bodies(ByteView& plain) {
    const std::uint64_t rest = content_->parts[part_].length - body_;
    const ByteView piece = plain.first(static_cast<std::size_t>(std::min<std::uint64_t>(plain.size(), rest)));
    digest_->add(piece);
    const Part& part = content_->parts[part_];
    plain = plain.subspan(piece.size());
    body_ += piece.size();
    skip_empty_parts();
    return sink_(part, piece);
}

Result<void> SealedPlainReader::read_zeros(ByteView& plain) {
    if (plain.size() > zeros_ || std::ranges::any_of(plain, [](std::uint8_t octet) { return octet != 0; }))
        return fail(400, "malformed sealed content: the padding");
    zeros_ -= plain.size();
    plain = {};
    return {};
}

Result<void> SealedPlainReader::finish() const {
    if (state_ != State::kZeros || zeros_ != 0) return fail(400, "malformed sealed content: it is cut off");
    if (digest_->digest() != seal_->digest) return fail(422, "the content has another digest");
    return {};
}

}  // namespace immp::bridge
