#include "bridge/wire/block_stream.hpp"

#include <algorithm>
#include <utility>

namespace immp::bridge {

void BlockStream::push(std::string_view octets) {
    unsent_ += octets;
}

BlockStream::Block BlockStream::send(std::size_t bytes, Time now) {
    Block block{next_seq_++, unsent_.substr(0, bytes)};
    unsent_.erase(0, bytes);
    sent_.push_back({block.seq, bytes, now});
    return block;
}

std::optional<BlockStream::Block> BlockStream::next(Time now) {
    if (unsent_.empty() || sent_.size() >= policy_.window) return std::nullopt;
    return send(std::min({unsent_.size(), block_bytes_, policy_.most_bytes}), now);
}

BlockStream::Block BlockStream::probe(Time now) {
    return send(0, now);
}

void BlockStream::acknowledged(std::uint16_t seq, Time now) {
    const auto found = std::ranges::find(sent_, seq, &Sent::seq);
    if (found == sent_.end()) return;
    const Sent sent = *found;
    sent_.erase(found);
    // A block that was not full tells nothing of larger ones.
    if (now - sent.at > policy_.late)
        block_bytes_ = std::max(policy_.least_bytes, block_bytes_ / 2);
    else if (now - sent.at <= policy_.soon && sent.bytes >= block_bytes_)
        block_bytes_ = std::min(policy_.most_bytes, block_bytes_ * 2);
}

std::optional<BlockStream::Time> BlockStream::waits_since() const {
    if (sent_.empty()) return std::nullopt;
    return sent_.front().at;
}

BlockStream::Taken BlockStream::take(std::uint16_t seq, std::string octets, std::string id) {
    if (seq != expected_seq_) return Taken::out_of_order;
    if (octets.size() > policy_.most_bytes) return Taken::too_long;
    if (held_.size() >= policy_.held_blocks || held_bytes_ + octets.size() > policy_.held_bytes)
        return Taken::overrun;
    ++expected_seq_;
    held_bytes_ += octets.size();
    held_.push_back({std::move(octets), std::move(id)});
    return Taken::yes;
}

std::optional<BlockStream::Arrived> BlockStream::read() {
    if (held_.empty()) return std::nullopt;
    Arrived arrived = std::move(held_.front());
    held_.pop_front();
    held_bytes_ -= arrived.octets.size();
    return arrived;
}

}  // namespace immp::bridge
