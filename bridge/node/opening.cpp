#include "bridge/node/opening.hpp"

#include <algorithm>
#include <iterator>

#include "armor/receipt.hpp"
#include "bridge/mail/item.hpp"
#include "bridge/node/body_stage.hpp"
#include "bridge/node/feed_items.hpp"
#include "bridge/node/incoming_mail.hpp"
#include "bridge/node/incoming_push.hpp"
#include "bridge/node/trail.hpp"

namespace immp::bridge {
namespace {

/// Octets of bodies that stay in memory until the transaction that files them.
constexpr std::size_t kHeldBytes = 1'048'576;

std::vector<StagedBody> bodies_of(std::vector<IncomingMail> mails) {
    std::vector<StagedBody> bodies;
    for (IncomingMail& mail : mails)
        std::move(mail.bodies.begin(), mail.bodies.end(), std::back_inserter(bodies));
    return bodies;
}

/// Takes the items' events and keeps what they make.
class Collector {
  public:
    explicit Collector(const NodeServices& services) : services_(services) {}

    Result<void> take(ItemEvent event) {
        std::visit([this](auto& each) { on(each); }, event);
        return {};
    }

    [[nodiscard]] std::vector<IncomingMail> finish() { return std::move(mails_); }
    /// All that was staged, where the items are to come to nothing.
    [[nodiscard]] std::vector<StagedBody> give_up() {
        std::vector<StagedBody> bodies = bodies_of(std::move(mails_));
        if (stage_) bodies.push_back(stage_->finish());
        return bodies;
    }

  private:
    void on(ItemBegun& begun) { mails_.push_back({std::move(begun.inner), {}, begun.refusal}); }
    void on(ItemBody& body) {
        close_until(body.part);
        if (!stage_) open();
        stage_->append(as_text(body.octets));
    }
    void on(ItemEnded&) {
        if (mails_.back().refusal == 0) close_until(mails_.back().inner.message.parts.size());
    }

    void open() { stage_.emplace(services_.store, StageWait::block, services_.now()); }

    /// Ends the bodies before `part`; a part without octets had no event.
    void close_until(std::size_t part) {
        auto& bodies = mails_.back().bodies;
        while (bodies.size() < part) {
            if (!stage_) open();
            held_ += stage_->held_bytes();
            if (held_ > kHeldBytes) {
                held_ -= stage_->held_bytes();
                stage_->flush();
            }
            bodies.push_back(stage_->finish());
            stage_.reset();
        }
    }

    const NodeServices& services_;
    std::vector<IncomingMail> mails_;
    std::optional<BodyStage> stage_;
    std::size_t held_ = 0;
};

/// Reads a bundle's octets behind its head, wherever they lie.
class SealedOctets {
  public:
    SealedOctets(const NodeServices& services, const OpenOrder& order) : services_(services), order_(order) {}

    /// Valid until the next call; empty at the end.
    Result<ByteView> next() {
        const std::uint64_t at = order_.head_bytes + taken_;
        if (order_.stored == 0) {
            const ByteView rest = ByteView(order_.octets).subspan(at);
            taken_ += rest.size();
            return rest;
        }
        auto octets = read_and_wait<std::string>(services_.store, [&](Transaction& transaction) {
            return transaction.bodies().read(order_.stored, at, kChunkBytes);
        });
        if (!octets) return std::unexpected(std::move(octets.error()));
        taken_ += octets->size();
        piece_ = std::move(*octets);
        return as_bytes(piece_);
    }

  private:
    const NodeServices& services_;
    const OpenOrder& order_;
    std::uint64_t taken_ = 0;
    std::string piece_;
};

/// The plaintext read through; on 423 `good_bytes` of the opener tell how far it held.
Result<void> read_through(const NodeServices& services, const OpenOrder& order, armor::PayloadOpener& opener,
                          ItemReader& reader) {
    SealedOctets sealed(services, order);
    while (true) {
        auto octets = sealed.next();
        if (!octets) return std::unexpected(std::move(octets.error()));
        if (octets->empty()) break;
        auto plain = opener.append(*octets);
        if (!plain) return std::unexpected(std::move(plain.error()));
        if (auto done = reader.append(*plain); !done) return done;
    }
    if (auto done = opener.finish(); !done) return done;
    return reader.finish();
}

Result<Opened> cut_back(const NodeServices& services, const OpenOrder& order, std::uint64_t good_bytes) {
    const std::uint64_t at = order.head_bytes + good_bytes;
    return write_and_wait<Opened>(services.store, [&](Transaction& transaction) -> Result<Opened> {
        auto incoming = transaction.bundles().incoming(order.peer, order.head.route.bundle_id);
        if (!incoming) return std::unexpected(std::move(incoming.error()));
        if (!*incoming) return Opened{{}, 0, 0};
        auto done = transaction.bundles().truncate_incoming(**incoming, at);
        if (!done) return std::unexpected(std::move(done.error()));
        return Opened{{}, at, 0};
    });
}

/// What was refused for good is not kept; should this fail, it is swept later.
void forget(const NodeServices& services, const OpenOrder& order) {
    (void)write_and_wait<Done>(services.store, [&](Transaction& transaction) -> Result<Done> {
        auto done = transaction.bundles().drop_incoming(order.peer, order.head.route.bundle_id);
        if (!done) return std::unexpected(std::move(done.error()));
        return Done{};
    });
}

/// What files the items of a bundle.
struct BundleFiling {
    Transaction& transaction;
    const NodeServices& services;
    KeyRation& ration;
    const OpenOrder& order;
    KeyNews news{};

    [[nodiscard]] const std::string& origin() const { return order.head.route.origin; }
};

Result<Filed> file_as_mail(BundleFiling& filing, IncomingMail& mail) {
    return file_mail(filing.transaction, filing.services, filing.origin(), mail);
}
Result<Filed> file_as_key(BundleFiling& filing, IncomingMail& mail) {
    return file_key_item(filing.transaction, filing.services, *filing.order.keys, filing.ration,
                         filing.origin(), mail, filing.news);
}
Result<Filed> file_as_push(BundleFiling& filing, IncomingMail& mail) {
    return file_incoming_push(filing.transaction, filing.services, filing.origin(), mail);
}

Result<Filed> file_as_feed_item(BundleFiling& filing, IncomingMail& mail) {
    return file_feed_item(filing.transaction, filing.services, filing.origin(), mail);
}

/// How an item of each kind is filed.
struct ItemFiler {
    Kind kind;
    Result<Filed> (*file)(BundleFiling& filing, IncomingMail& mail);
};
constexpr ItemFiler kFilers[] = {
    {Kind::mail, file_as_mail},           {Kind::key, file_as_key},
    {Kind::push, file_as_push},           {Kind::item, file_as_feed_item},
    {Kind::subscribe, file_as_feed_item}, {Kind::unsubscribe, file_as_feed_item},
};

Result<Filed> file_item(BundleFiling& filing, IncomingMail& mail) {
    return std::ranges::find(kFilers, mail.inner.message.envelope.kind, &ItemFiler::kind)->file(filing, mail);
}

/// What no message came to refer to: of items that were refused, or are no messages.
Result<void> abandon_the_rest(Transaction& transaction, const std::vector<IncomingMail>& mails) {
    for (const IncomingMail& mail : mails)
        for (const StagedBody& body : mail.bodies)
            if (auto done = body.abandon(transaction); !done) return done;
    return {};
}

Result<Opened> file_all(Transaction& transaction, const NodeServices& services, KeyRation& ration,
                        const OpenOrder& order, std::vector<IncomingMail>& mails) {
    const Time now = services.now();
    BundleFiling filing{transaction, services, ration, order};
    std::vector<armor::Outcome> outcomes;
    std::uint32_t repeats = 0;
    for (std::uint32_t item = 0; item < mails.size(); ++item) {
        auto filed = file_item(filing, mails[item]);
        if (!filed) return std::unexpected(std::move(filed.error()));
        repeats += filed->repeats;
        for (armor::Outcome& outcome : filed->outcomes) {
            outcome.item = item;
            outcomes.push_back(std::move(outcome));
        }
    }
    auto receipt = armor::make_receipt(order.head, order.key, outcomes,
                                       {order.keys->record.fingerprint(), order.keys->signing, now});
    if (!receipt) return std::unexpected(std::move(receipt.error()));
    const std::string text = armor::receipt_text(*receipt);
    Opened opened{Bytes(text.begin(), text.end()), std::nullopt, repeats, std::move(filing.news)};
    const auto& route = order.head.route;
    auto done = transaction.bundles().save_receipt(route.origin, route.bundle_id,
                                                   {armor::bundle_digest(order.head), opened.receipt}, now);
    if (done && order.stored != 0) done = transaction.bundles().drop_incoming(order.peer, route.bundle_id);
    if (done) done = abandon_the_rest(transaction, mails);
    if (!done) return std::unexpected(std::move(done.error()));
    return opened;
}

}  // namespace

Result<Opened> open_bundle(const NodeServices& services, KeyRation& ration, OpenOrder order) {
    Collector collector(services);
    armor::PayloadOpener opener(order.key, order.head.route, order.head.payload);
    ItemReader reader(services.limits.message_bytes,
                      [&collector](ItemEvent event) { return collector.take(std::move(event)); });
    if (auto done = read_through(services, order, opener, reader); !done) {
        discard(services.store, collector.give_up());
        const bool can_resume = done.error().code == 423 && opener.can_be_mended() && order.stored != 0;
        if (can_resume) return cut_back(services, order, opener.good_bytes());
        if (order.stored != 0 && done.error().code < 700) forget(services, order);
        return std::unexpected(std::move(done.error()));
    }
    auto mails = collector.finish();
    const auto trail = read_trail(services, order.head);
    for (IncomingMail& mail : mails)
        mail.inner.message.envelope.received_via = trail;
    auto opened = write_and_wait<Opened>(services.store, [&](Transaction& transaction) {
        return file_all(transaction, services, ration, order, mails);
    });
    if (!opened) discard(services.store, bodies_of(std::move(mails)));
    return opened;
}

}  // namespace immp::bridge
