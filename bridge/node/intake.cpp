#include "bridge/node/intake.hpp"

#include "armor/bundle.hpp"
#include "armor/receipt.hpp"
#include "bridge/mail/inner.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

/// The receiver told us to go back so often without an end: another session brings the same bundle.
constexpr std::uint32_t kMaxRewinds = 8;

Result<TakenBundle> read_outcome(std::string id, Bytes octets) {
    auto receipt = armor::parse_receipt(octets);
    if (!receipt) return fail(700, "Internal error", "our own receipt cannot be read");
    // A signed refusal: nothing of it is stored, and here its code says as much as its signature.
    if (receipt->code != 275) return std::unexpected(refusal(receipt->code));
    return TakenBundle{std::move(id), std::string(as_text(octets))};
}

}  // namespace

Intake::Intake(const NodeServices& services, const PeerLink& link, PeerHandler& handler, Order order,
               Callback<TakenBundle> done)
    : services_(services), link_(link), handler_(handler), order_(std::move(order)), done_(std::move(done)) {}

void Intake::start() {
    if (order_.body.length > services_.limits.bundle_bytes) return finish(fail(413, "Bundle too large"));
    if (order_.body.in_memory()) return read();
    settle();
}

std::uint64_t Intake::piece_bytes() const {
    if (order_.destination == services_.domain) return kChunkBytes;
    const std::uint64_t carried = std::min<std::uint64_t>(kChunkBytes, link_.piece_bytes(order_.destination));
    return at_ == 0 ? std::max<std::uint64_t>(carried, armor::kMaxHeadBytes + 1) : carried;
}

void Intake::settle() {
    services_.store.write<BodyId>([body = order_.body, now = services_.now()](
                                      Transaction& transaction) { return body.settle(transaction, now); },
                                  [self = shared_from_this()](Result<BodyId> body) {
                                      if (!body)
                                          return self->finish(std::unexpected(std::move(body.error())));
                                      self->body_ = *body;
                                      self->read();
                                  });
}

void Intake::read() {
    const std::uint64_t count = std::min(piece_bytes(), order_.body.length - at_);
    if (const auto whole = order_.body.in_memory()) {
        const ByteView octets = as_bytes(whole->substr(at_, count));
        return give(Bytes(octets.begin(), octets.end()));
    }
    services_.store.read<Bytes>(
        [body = body_, at = at_, count](Transaction& transaction) -> Result<Bytes> {
            auto octets = transaction.bodies().read(body, at, count);
            if (!octets) return std::unexpected(std::move(octets.error()));
            return Bytes(octets->begin(), octets->end());
        },
        [self = shared_from_this()](Result<Bytes> octets) { self->give(std::move(octets)); });
}

void Intake::give(Result<Bytes> octets) {
    if (!octets) return finish(std::unexpected(std::move(octets.error())));
    if (id_.empty()) {
        auto parsed = armor::parse_head(*octets);
        if (!parsed) return finish(std::unexpected(std::move(parsed.error())));
        if (!*parsed) return finish(malformed_bundle("its head does not end"));
        const armor::Route& route = (*parsed)->head.route;
        if (route.destination != order_.destination)
            return finish(fail(400, "The bundle is for another domain than DELIVER TO says"));
        id_ = route.bundle_id;
    }
    handler_.on_piece(
        order_.origin, "tcp:" + order_.origin, BundlePiece{id_, at_, order_.body.length, std::move(*octets)},
        [self = shared_from_this()](Result<BundleStatus> status) { self->heard(std::move(status)); });
}

void Intake::heard(Result<BundleStatus> status) {
    if (!status) return finish(std::unexpected(std::move(status.error())));
    if (!status->receipt.empty()) return finish(read_outcome(id_, std::move(status->receipt)));
    // With all octets there is a receipt, from us; the peer whom it was passed on to may still owe it.
    if (status->at >= order_.body.length) return finish(std::unexpected(refusal(720)));
    if (status->at <= at_ && ++rewinds_ > kMaxRewinds) return finish(std::unexpected(refusal(423)));
    at_ = status->at;
    read();
}

void Intake::finish(Result<TakenBundle> result) {
    discard(services_.store, {order_.body});
    if (auto done = std::exchange(done_, nullptr)) done(std::move(result));
}

}  // namespace immp::bridge
