#include "bridge/mail/item_contents.hpp"

#include <algorithm>

#include "bridge/mail/big_endian.hpp"

namespace immp::bridge {
namespace {

constexpr std::size_t kLengthBytes = 4;

}  // namespace

Result<void> ItemContents::append(ByteView raw) {
    // What is wrong first is said first, however the octets are cut: so those within the length come first.
    const bool is_longer = raw.size() > left_;
    raw = raw.first(std::min<std::uint64_t>(raw.size(), left_));
    while (!raw.empty() && !refused()) {
        if (stage_ == Stage::bodies) {
            if (auto done = take_body(raw); !done) return done;
        } else if (hold(raw, stage_ == Stage::length ? kLengthBytes : inner_length_)) {
            if (auto done = stage_ == Stage::length ? take_length() : take_inner(); !done) return done;
        }
    }
    if (is_longer && !refused()) return malformed_bundle("an item longer than it announced");
    return {};
}

Result<void> ItemContents::finish() {
    if (refused()) return sink_(ItemEnded{});
    if (left_ != 0 || stage_ != Stage::bodies) return malformed_bundle("an item shorter than it announced");
    return sink_(ItemEnded{});
}

bool ItemContents::hold(ByteView& raw, std::size_t count) {
    const std::size_t taken = std::min(count - held_.size(), raw.size());
    held_.append(as_text(raw.first(taken)));
    raw = raw.subspan(taken);
    left_ -= taken;
    return held_.size() == count;
}

Result<void> ItemContents::take_length() {
    inner_length_ = read_big_endian(as_bytes(held_));
    held_.clear();
    if (inner_length_ == 0) return malformed_bundle("an item without an inner envelope");
    if (inner_length_ > kMaxInnerBytes) return fail(413, "Inner envelope too large");
    if (inner_length_ > room_.inner_bytes) return fail(413, "Too much in one bundle", "inner envelopes");
    room_.inner_bytes -= inner_length_;
    stage_ = Stage::inner;
    return {};
}

Result<void> ItemContents::take_inner() {
    auto inner = parse_inner(held_);
    held_ = {};
    if (!inner) return std::unexpected(std::move(inner.error()));
    if (inner->recipients.size() > room_.recipients) {
        return fail(413, "Too much in one bundle", "recipients");
    }
    room_.recipients -= inner->recipients.size();
    for (const Part& part : inner->message.parts)
        lengths_.push_back(part.length);
    // No sum of so many so long lengths goes over 64 bits (inner.hpp, armor/json_line.hpp).
    if (inner->message.length() != left_) return malformed_bundle("bodies do not add up to the item");
    const auto texts = check_texts(*inner);
    const int refusal = announced_ > limit_ ? 413 : texts ? 0 : texts.error().code;
    stage_ = refusal == 0 ? Stage::bodies : Stage::refused;
    return sink_(ItemBegun{std::move(*inner), refusal});
}

Result<void> ItemContents::take_body(ByteView& raw) {
    while (lengths_[part_] == 0)
        ++part_;
    const ByteView octets = raw.first(std::min<std::uint64_t>(raw.size(), lengths_[part_]));
    lengths_[part_] -= octets.size();
    left_ -= octets.size();
    raw = raw.subspan(octets.size());
    return sink_(ItemBody{part_, octets});
}

}  // namespace immp::bridge
