#include "bridge/wire/block_stream.hpp"

#include <algorithm>
#include <utility>

namespace immp::bridge {

void BlockStream::push(std::string_view octets) {
    unsent_ += octets;
}

std::size_t BlockStream::unsent_bytes() const {
    std::size_t bytes = unsent_.size();
    for (const Block& block : again_)
        bytes += block.octets.size();
    return bytes;
}

BlockStream::Block BlockStream::cut(std::size_t bytes) {
    Block block{next_seq_++, unsent_.substr(0, bytes)};
    unsent_.erase(0, bytes);
    return block;
}

BlockStream::Block BlockStream::send(Block block, Time now) {
    sent_.push_back({block, now});
    return block;
}

std::optional<BlockStream::Block> BlockStream::next(Time now) {
    if (sent_.size() >= policy_.window) return std::nullopt;
    if (!again_.empty()) {
        Block block = std::move(again_.front());
        again_.pop_front();
        return send(std::move(block), now);
    }
    if (unsent_.empty()) return std::nullopt;
    return send(cut(std::min({unsent_.size(), block_bytes_, policy_.most_bytes})), now);
}

BlockStream::Block BlockStream::probe(Time now) {
    return send(cut(0), now);
}

void BlockStream::acknowledged(std::uint16_t seq, Time now) {
    const auto found = std::ranges::find(sent_, seq, [](const Sent& sent) { return sent.block.seq; });
    if (found == sent_.end()) return;
    const Sent sent = std::move(*found);
    sent_.erase(found);
    // A block that was not full tells nothing of larger ones.
    if (now - sent.at > policy_.late)
        block_bytes_ = std::max(policy_.least_bytes, block_bytes_ / 2);
    else if (now - sent.at <= policy_.soon && sent.block.octets.size() >= block_bytes_)
        block_bytes_ = std::min(policy_.most_bytes, block_bytes_ * 2);
}

std::optional<BlockStream::Time> BlockStream::waits_since() const {
    if (sent_.empty()) return std::nullopt;
    return sent_.front().at;
}

BlockStream::Taken BlockStream::take(std::uint16_t seq, std::string octets, std::string id) {
    if (seq != expected_seq_) return is_repeated(seq) ? Taken::repeated : Taken::out_of_order;
    if (octets.size() > policy_.most_bytes) return Taken::too_long;
    if (held_.size() >= policy_.held_blocks || held_bytes_ + octets.size() > policy_.held_bytes)
        return Taken::overrun;
    ++expected_seq_;
    held_bytes_ += octets.size();
    held_.push_back({std::move(octets), std::move(id)});
    return Taken::yes;
}

bool BlockStream::is_repeated(std::uint16_t seq) const {
    const auto before = static_cast<std::uint16_t>(expected_seq_ - seq);
    return has_resumed_ && before >= 1 && before <= kRepeatedBlocks;
}

std::optional<BlockStream::Arrived> BlockStream::read() {
    if (held_.empty()) return std::nullopt;
    Arrived arrived = std::move(held_.front());
    held_.pop_front();
    held_bytes_ -= arrived.octets.size();
    return arrived;
}

void BlockStream::interrupt() {
    for (; !sent_.empty(); sent_.pop_back())
        again_.push_front(std::move(sent_.back().block));
}

std::uint16_t BlockStream::forget_unread() {
    expected_seq_ = static_cast<std::uint16_t>(expected_seq_ - held_.size());
    held_.clear();
    held_bytes_ = 0;
    return expected_seq_;
}

bool BlockStream::resume(std::uint16_t awaited) {
    const auto missing = static_cast<std::uint16_t>(next_seq_ - awaited);
    // Their numbers only rise: where the first of the last so many is the one awaited, none is missing.
    if (missing > again_.size()) return false;
    const auto first = again_.end() - missing;
    if (missing > 0 && first->seq != awaited) return false;
    again_.erase(again_.begin(), first);
    has_resumed_ = true;
    return true;
}

}  // namespace immp::bridge
