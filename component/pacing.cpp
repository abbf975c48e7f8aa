#include "component/pacing.hpp"

#include <algorithm>

namespace immp::component {

std::size_t Pacing::piece_bytes() const {
    return std::clamp(budget_ / policy_.window, policy_.least_piece_bytes, policy_.most_piece_bytes);
}

std::size_t Pacing::window() const {
    return std::max<std::size_t>(1, budget_ / piece_bytes());
}

std::chrono::milliseconds Pacing::patience(std::size_t bytes) const {
    const double rate = rate_ > 0 ? rate_ : policy_.guessed_rate;
    const double seconds = 4 * static_cast<double>(under_way_ + bytes) / rate;
    return policy_.slack + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1'000));
}

void Pacing::sent(std::size_t bytes) {
    under_way_ += bytes;
}

void Pacing::forgotten(std::size_t bytes) {
    under_way_ -= std::min(under_way_, bytes);
}

void Pacing::shrink(double factor, Time sent_at, Time now) {
    growth_ = Growth::steady;
    if (sent_at < shrunk_at_) return;  // once for all that was under way
    shrunk_at_ = now;
    const auto smaller = static_cast<std::size_t>(static_cast<double>(budget_) * factor);
    budget_ = std::max(policy_.least_bytes, smaller);
}

void Pacing::answered(std::size_t bytes, Time sent_at, Time now) {
    const auto before = under_way_;
    forgotten(bytes);
    if (bytes == 0) return;  // a question without octets tells nothing of the rate
    const std::chrono::duration<double> took =
        std::max<Time::duration>(now - sent_at, std::chrono::microseconds(1));
    const double rate = static_cast<double>(before) / took.count();
    rate_ = rate_ > 0 ? rate_ * 0.75 + rate * 0.25 : rate;
    if (took > policy_.late) return shrink(0.7, sent_at, now);
    // A sender that has little to send learns nothing about more.
    if (took > policy_.soon || before < budget_ / 2) return;
    const auto more = growth_ == Growth::doubling ? bytes : bytes * piece_bytes() / budget_;
    budget_ = std::min(policy_.most_bytes, budget_ + more);
}

void Pacing::failed(std::size_t bytes, Time sent_at, Time now) {
    forgotten(bytes);
    shrink(0.5, sent_at, now);
}

}  // namespace immp::component
