#include "bridge/node/transfer.hpp"

#include <algorithm>

namespace immp::bridge {
namespace {

/// A peer that keeps sending us back without taking anything is treated as gone for now.
constexpr std::uint32_t kMaxFutileRewinds = 3;

Result<Bytes> read_piece(Transaction& transaction, const OutgoingBundle& bundle, std::uint64_t at,
                         std::size_t count) {
    Bytes octets;
    if (at < bundle.head.size()) {
        const auto from_head = std::min<std::size_t>(count, bundle.head.size() - at);
        const auto begin = bundle.head.begin() + static_cast<std::ptrdiff_t>(at);
        octets.assign(begin, begin + static_cast<std::ptrdiff_t>(from_head));
    }
    if (octets.size() == count) return octets;
    const std::uint64_t offset = at + octets.size() - bundle.head.size();
    auto payload = transaction.bodies().read(bundle.payload, offset, count - octets.size());
    if (!payload) return std::unexpected(std::move(payload.error()));
    const ByteView rest = as_bytes(*payload);  // octets as octets: characters would be copied one by one
    octets.insert(octets.end(), rest.begin(), rest.end());
    if (octets.size() != count) return fail(702, "Storage failed", "a sealed payload is shorter than it was");
    return octets;
}

}  // namespace

Transfer::Transfer(const NodeServices& services, PeerLink& link, std::shared_ptr<const OutgoingBundle> bundle,
                   DoneCallback done)
    : services_(services),
      link_(link),
      bundle_(std::move(bundle)),
      done_(std::move(done)),
      of_(bundle_->head.size() + bundle_->payload_length) {}

void Transfer::start(TransferStart how) {
    if (how == TransferStart::fresh) return send_more();
    link_.ask_bundle(bundle_->destination, bundle_->id,
                     [self = shared_from_this()](Result<BundleStatus> status) {
                         if (!status) return self->finish(std::unexpected(std::move(status.error())));
                         if (!status->receipt.empty()) return self->finish(std::move(status->receipt));
                         self->next_ = self->acked_ = status->known ? std::min(status->at, self->of_) : 0;
                         self->furthest_ = self->acked_;
                         if (self->next_ == self->of_) return self->finish(Bytes{});
                         self->send_more();
                     });
}

void Transfer::send_more() {
    if (!done_ || reading_ || next_ == of_) return;
    // The first piece goes alone: it holds the head, by which the peer decides whether it takes any octet at
    // all.
    const std::size_t window = acked_ == 0 ? 1 : link_.window(bundle_->destination);
    if (unanswered_ >= window) return;
    std::size_t count = std::max<std::size_t>(link_.piece_bytes(bundle_->destination), 1);
    if (next_ == 0) count = std::max(count, bundle_->head.size() + 1);
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, of_ - next_));
    const std::uint64_t at = next_;
    reading_ = true;
    services_.store.read<Bytes>(
        [bundle = bundle_, at, count](Transaction& transaction) {
            return read_piece(transaction, *bundle, at, count);
        },
        [self = shared_from_this(), at, round = round_](Result<Bytes> octets) {
            self->reading_ = false;
            if (!octets) return self->finish(std::unexpected(std::move(octets.error())));
            if (round == self->round_ && self->done_) self->send(at, std::move(*octets));
            self->send_more();
        });
}

void Transfer::send(std::uint64_t at, Bytes octets) {
    next_ = at + octets.size();
    ++unanswered_;
    link_.send_piece(bundle_->destination, BundlePiece{bundle_->id, at, of_, std::move(octets)},
                     [self = shared_from_this(), expected = next_, round = round_](
                         Result<BundleStatus> status) { self->heard(std::move(status), expected, round); });
}

void Transfer::heard(Result<BundleStatus> status, std::uint64_t expected, std::uint32_t round) {
    if (!done_) return;
    --unanswered_;
    if (!status && round == round_) return finish(std::unexpected(std::move(status.error())));
    // It says nothing any more, but may have been all that the window waited for.
    if (!status) return send_more();
    if (!status->receipt.empty()) return finish(std::move(status->receipt));
    if (round != round_) return send_more();
    if (status->at < expected) {
        futile_ = status->at > furthest_ ? 0 : futile_ + 1;
        if (futile_ > kMaxFutileRewinds) {
            return finish(
                fail_for_now(720, "The peer takes no octets of this bundle", std::chrono::seconds(60)));
        }
        next_ = status->at;
        ++round_;
    }
    acked_ = status->at;
    furthest_ = std::max(furthest_, acked_);
    if (acked_ >= of_) return finish(Bytes{});
    send_more();
}

void Transfer::finish(Result<Bytes> result) {
    if (auto done = std::exchange(done_, nullptr)) done(std::move(result));
}

}  // namespace immp::bridge
