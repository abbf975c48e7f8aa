#include "bridge/node/receiver.hpp"

#include "armor/receipt.hpp"
#include "bridge/mail/inner.hpp"

namespace immp::bridge {
namespace {

using Kept = Receiver::Kept;

/// The head's own checks, in the order of docs/envelope.md, before anybody is asked.
Result<void> check_head(const armor::Head& head, const NodeServices& services, const std::string& origin,
                        std::uint64_t announced) {
    const std::uint64_t whole = armor::head_text(head).size() + head.payload.octets;
    if (whole != announced) return malformed_bundle("announced and signed lengths differ");
    if (head.route.destination != services.domain) return fail(450, "Domain not served here");
    if (!services.routes.speaks_for(origin, head.route.origin))
        return fail(403, "You do not speak for the origin");
    return armor::check_time(head, services.now());
}

Bytes as_octets(const std::string& text) {
    return Bytes(text.begin(), text.end());
}

Kept found(IncomingBundle bundle) {
    Kept kept{{bundle.at, true, {}}, std::nullopt};
    if (bundle.at == bundle.of) kept.complete = std::move(bundle);
    return kept;
}

Result<Kept> begin(Transaction& transaction, const NodeLimits& limits, const std::string& peer,
                   const BundlePiece& piece, Time now) {
    auto known = transaction.bundles().incoming(peer, piece.bundle_id);
    if (!known) return std::unexpected(std::move(known.error()));
    if (*known && (*known)->of == piece.of && (*known)->at > 0) return found(std::move(**known));
    if (*known) {
        auto dropped = transaction.bundles().drop_incoming(peer, piece.bundle_id);
        if (!dropped) return std::unexpected(std::move(dropped.error()));
    }
    auto load = transaction.bundles().incoming_load(peer);
    if (!load) return std::unexpected(std::move(load.error()));
    if (load->bundles >= limits.peer_bundles || load->octets + piece.of > limits.peer_octets) {
        return fail_for_now(429, "Too many unfinished bundles", std::chrono::seconds(30));
    }
    auto begun = transaction.bundles().begin_incoming(peer, piece.bundle_id, piece.of, now);
    if (!begun) return std::unexpected(std::move(begun.error()));
    auto done = transaction.bundles().append_incoming(*begun, as_text(piece.octets), now);
    if (!done) return std::unexpected(std::move(done.error()));
    return Kept{{piece.octets.size(), true, {}}, std::nullopt};
}

Result<Kept> append(Transaction& transaction, const std::string& origin, const std::string& peer,
                    const BundlePiece& piece, Time now) {
    auto known = transaction.bundles().incoming(peer, piece.bundle_id);
    if (!known) return std::unexpected(std::move(known.error()));
    if (!*known) {
        auto given = transaction.bundles().receipt(origin, piece.bundle_id);
        if (!given) return std::unexpected(std::move(given.error()));
        if (*given) return Kept{{piece.of, true, std::move((*given)->receipt)}, std::nullopt};
        return Kept{{0, true, {}}, std::nullopt};
    }
    IncomingBundle bundle = std::move(**known);
    if (bundle.of != piece.of || bundle.at != piece.at) return found(std::move(bundle));
    auto done = transaction.bundles().append_incoming(bundle, as_text(piece.octets), now);
    if (!done) return std::unexpected(std::move(done.error()));
    bundle.at += piece.octets.size();
    return found(std::move(bundle));
}

}  // namespace

Receiver::Receiver(const NodeServices& services, Trust& trust, KeyRation& ration,
                   std::function<HeldKeysPtr()> keys, Heard heard)
    : services_(services), trust_(trust), ration_(ration), keys_(std::move(keys)), heard_(std::move(heard)) {}

void Receiver::on_piece(std::string origin, std::string peer, BundlePiece piece, Reply reply) {
    if (piece.of > services_.limits.bundle_bytes) return reply(fail(413, "Bundle too large"));
    if (piece.octets.empty() || piece.octets.size() > piece.of || piece.at > piece.of - piece.octets.size()) {
        return reply(malformed_bundle("a piece outside its bundle"));
    }
    if (piece.at == 0)
        return first_piece(std::move(origin), std::move(peer), std::move(piece), std::move(reply));
    further_piece(std::move(origin), std::move(peer), std::move(piece), std::move(reply));
}

void Receiver::first_piece(std::string origin, std::string peer, BundlePiece piece, Reply reply) {
    auto parsed = armor::parse_head(piece.octets);
    if (!parsed) return reply(std::unexpected(std::move(parsed.error())));
    if (!*parsed) return reply(malformed_bundle("the first piece does not hold the head"));
    First first{std::move(origin), std::move(peer), std::move(piece), std::move((*parsed)->head),
                (*parsed)->head_bytes};
    if (first.head.route.bundle_id != first.piece.bundle_id) return reply(malformed_bundle("two ids"));
    if (auto done = check_head(first.head, services_, first.origin, first.piece.of); !done) {
        return reply(std::unexpected(std::move(done.error())));
    }
    first.origin = first.head.route.origin;  // a gateway brought it
    check_repeat(std::move(first), std::move(reply));
}

void Receiver::check_repeat(First first, Reply reply) {
    const Id id{first.origin, first.piece.bundle_id};
    services_.store.read<std::optional<Bundles::Given>>(
        [id](Transaction& transaction) { return transaction.bundles().receipt(id.first, id.second); },
        [this, first = std::move(first),
         reply = std::move(reply)](Result<std::optional<Bundles::Given>> given) mutable {
            if (!given) return reply(std::unexpected(std::move(given.error())));
            if (!*given) return check_origin(std::move(first), std::move(reply));
            if ((*given)->digest != armor::bundle_digest(first.head)) {
                return reply(fail(424, "This bundle id was used for another bundle"));
            }
            note_repeat(first.origin);
            reply(BundleStatus{first.piece.of, true, std::move((*given)->receipt)});
        });
}

void Receiver::check_origin(First first, Reply reply) {
    const std::string origin = first.origin;
    const armor::Digest fingerprint = first.head.route.origin_fp;
    trust_.record_named(
        origin, fingerprint,
        [this, first = std::move(first), reply = std::move(reply)](Result<armor::Record> record) mutable {
            if (!record) return reply(std::unexpected(std::move(record.error())));
            if (auto done = armor::verify_origin(first.head, *record); !done) {
                return reply(std::unexpected(std::move(done.error())));
            }
            admit(std::move(first), std::move(reply));
        });
}

/// The origin is who it says. From here on refusals are signed.
void Receiver::admit(First first, Reply reply) {
    const HeldKeysPtr keys = keys_();
    auto key = armor::open_key(first.head, keys->seals);
    if (!key) {
        auto refusal = armor::make_refusal(first.head, key.error().code,
                                           {keys->record.fingerprint(), keys->signing, services_.now()});
        if (!refusal) return reply(std::unexpected(std::move(refusal.error())));
        return reply(BundleStatus{0, true, as_octets(armor::receipt_text(*refusal))});
    }
    if (first.piece.octets.size() == first.piece.of) {
        return open(OpenOrder{keys, std::move(first.head), first.head_bytes, std::move(*key),
                              std::move(first.peer), std::move(first.piece.octets), 0},
                    std::move(reply));
    }
    services_.store.write<Kept>(
        [limits = services_.limits, peer = first.peer, piece = std::move(first.piece), now = services_.now()](
            Transaction& transaction) { return begin(transaction, limits, peer, piece, now); },
        [this, origin = first.origin, peer = first.peer, reply = std::move(reply)](
            Result<Kept> kept) mutable { answer(origin, peer, std::move(kept), std::move(reply)); });
}

void Receiver::further_piece(std::string origin, std::string peer, BundlePiece piece, Reply reply) {
    services_.store.write<Kept>(
        [origin, peer, piece = std::move(piece), now = services_.now()](Transaction& transaction) {
            return append(transaction, origin, peer, piece, now);
        },
        [this, origin, peer, reply = std::move(reply)](Result<Kept> kept) mutable {
            answer(origin, peer, std::move(kept), std::move(reply));
        });
}

void Receiver::answer(const std::string& origin, const std::string& peer, Result<Kept> kept, Reply reply) {
    if (!kept) return reply(std::unexpected(std::move(kept.error())));
    if (!kept->status.receipt.empty()) note_repeat(origin);
    if (!kept->complete) return reply(std::move(kept->status));
    open_stored(origin, peer, std::move(*kept->complete), std::move(reply));
}

/// The head is read again from what is stored: between its check and the last piece the daemon may have
/// restarted.
void Receiver::open_stored(const std::string& origin, const std::string& peer, IncomingBundle incoming,
                           Reply reply) {
    services_.store.read<std::string>(
        [body = incoming.body](Transaction& transaction) {
            return transaction.bodies().read(body, 0, armor::kMaxHeadBytes);
        },
        [this, origin, peer, incoming, reply = std::move(reply)](Result<std::string> octets) mutable {
            if (!octets) return reply(std::unexpected(std::move(octets.error())));
            auto parsed = armor::parse_head(as_bytes(*octets));
            if (!parsed || !*parsed)
                return reply(fail(702, "Storage failed", "a stored bundle lost its head"));
            auto key = armor::open_key((*parsed)->head, keys_()->seals);
            if (!key) return reply(std::unexpected(std::move(key.error())));
            open(OpenOrder{keys_(),
                           std::move((*parsed)->head),
                           (*parsed)->head_bytes,
                           std::move(*key),
                           peer,
                           {},
                           incoming.body},
                 std::move(reply));
        });
}

/// Its answer was lost: the sender asks, or sends, again.
void Receiver::note_repeat(const std::string& origin) {
    services_.log(LogLevel::info, "a bundle of " + origin + " came again: it gets the same receipt");
}

void Receiver::open(OpenOrder order, Reply reply) {
    const Id id{order.head.route.origin, order.head.route.bundle_id};
    auto [waiting, is_new] = opening_.try_emplace(id);
    waiting->second.push_back(std::move(reply));
    if (!is_new) return;
    const armor::Head head = order.head;
    services_.workers.run([this, id, head, order = std::move(order)]() mutable {
        auto result = open_bundle(services_, ration_, std::move(order));
        services_.post(
            [this, id, head, result = std::move(result)]() mutable { opened(id, head, std::move(result)); });
    });
}

void Receiver::opened(const Id& id, const armor::Head& head, Result<Opened> result) {
    auto waiting = opening_.extract(id);
    const std::uint64_t of = armor::head_text(head).size() + head.payload.octets;
    BundleStatus status{of, true, {}};
    std::optional<Error> error;
    if (result) {
        if (result->repeats != 0) {
            services_.log(LogLevel::info, "a bundle of " + id.first + " held " +
                                              std::to_string(result->repeats) +
                                              " deliveries that were filed before");
        }
        status.receipt = std::move(result->receipt);
        status.at = result->cut_back.value_or(of);
        heard_(id.first, result->news);
    } else if (result.error().code >= 700) {
        services_.log(LogLevel::error, "filing a bundle of " + id.first + " failed: " + result.error().text +
                                           " " + result.error().detail);
        error = Error{702, "Storage failed", {}, std::chrono::seconds(60)};
    } else {
        const HeldKeysPtr keys = keys_();
        services_.log(LogLevel::warning, "a bundle of " + id.first +
                                             " is refused: " + std::to_string(result.error().code) + " " +
                                             result.error().detail);
        auto refusal = armor::make_refusal(head, result.error().code,
                                           {keys->record.fingerprint(), keys->signing, services_.now()});
        if (refusal) status.receipt = as_octets(armor::receipt_text(*refusal));
        if (!refusal) error = refusal.error();
    }
    for (Reply& reply : waiting.mapped()) {
        if (error) {
            reply(std::unexpected(*error));
        } else {
            reply(status);
        }
    }
}

void Receiver::on_question(std::string origin, std::string peer, std::string bundle_id, Reply reply) {
    services_.store.read<Kept>(
        [origin, peer, id = std::move(bundle_id)](Transaction& transaction) -> Result<Kept> {
            auto given = transaction.bundles().receipt(origin, id);
            if (!given) return std::unexpected(std::move(given.error()));
            if (*given) return Kept{{0, true, std::move((*given)->receipt)}, std::nullopt};
            auto incoming = transaction.bundles().incoming(peer, id);
            if (!incoming) return std::unexpected(std::move(incoming.error()));
            if (!*incoming) return Kept{{0, false, {}}, std::nullopt};
            return found(std::move(**incoming));
        },
        [this, origin, peer, reply = std::move(reply)](Result<Kept> kept) mutable {
            answer(origin, peer, std::move(kept), std::move(reply));
        });
}

}  // namespace immp::bridge
