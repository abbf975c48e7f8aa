#include "bridge/node/sealing.hpp"

#include <algorithm>

#include "bridge/mail/item.hpp"
#include "bridge/mail/retry.hpp"
#include "bridge/node/body_stage.hpp"

namespace immp::bridge {
namespace {

/// +SECURE needs a pin this old, or confirmed by the administrator (decisions, 4).
constexpr std::chrono::days kProvenPin{1};

/// Bodies that are read together with their messages: what a bundle of small mails holds. A long one is read
/// piece by piece while it is sealed.
constexpr std::uint64_t kLoadedBytes = 2ull << 20;

struct Group {
    Message message;
    std::string token;
    std::vector<std::string> bodies;  ///< of the first parts, as far as they were loaded
    std::vector<OutboxRow> rows;
};

/// Takes what it loads off `room_bytes`; returns what is left.
Result<std::uint64_t> load_bodies(Transaction& transaction, Group& group, std::uint64_t room_bytes) {
    for (const Part& part : group.message.parts) {
        if (part.length > room_bytes) break;
        auto octets = transaction.bodies().read(part.body, 0, static_cast<std::size_t>(part.length));
        if (!octets) return std::unexpected(std::move(octets.error()));
        if (octets->size() != part.length)
            return fail(702, "Storage failed", "a body is shorter than its part says");
        room_bytes -= part.length;
        group.bodies.push_back(std::move(*octets));
    }
    return room_bytes;
}

Result<std::vector<Group>> load_groups(Transaction& transaction, const std::vector<OutboxRow>& rows) {
    std::vector<Group> groups;
    std::uint64_t room_bytes = kLoadedBytes;
    MessageId last = 0;
    for (const OutboxRow& row : rows) {
        if (groups.empty() || row.message != last || row.token != groups.back().token) {
            auto message = transaction.mailboxes().message(row.message);
            if (!message) return std::unexpected(std::move(message.error()));
            if (!*message) return fail(702, "Storage failed", "an outbox row without its message");
            groups.push_back({std::move(**message), row.token, {}, {}});
            auto left = load_bodies(transaction, groups.back(), room_bytes);
            if (!left) return std::unexpected(std::move(left.error()));
            room_bytes = *left;
            last = row.message;
        }
        groups.back().rows.push_back(row);
    }
    return groups;
}

/// Takes the groups out that ask for a proven pin which is not there, and lets them wait.
Result<Done> hold_back_unproven(Transaction& transaction, std::vector<Group>& groups,
                                const std::string& domain, const NodeServices& services, Time now) {
    auto pin = transaction.keys().pin(domain);
    if (!pin) return std::unexpected(std::move(pin.error()));
    if (*pin && ((*pin)->confirmed || now - (*pin)->first_seen >= kProvenPin)) return Done{};
    for (const Group& group : groups) {
        if (!group.message.envelope.secure) continue;
        for (const OutboxRow& row : group.rows) {
            const auto pause = retry_pause(RetryCause::policy, row.attempts + 1, services.chance());
            auto done =
                transaction.outbox().reschedule(row.id, now + std::chrono::ceil<std::chrono::seconds>(pause),
                                                "the peer's key is not proven yet (+SECURE)");
            if (!done) return std::unexpected(std::move(done.error()));
        }
    }
    std::erase_if(groups, [](const Group& group) { return group.message.envelope.secure; });
    return Done{};
}

/// What goes into the bundle. Read beside the writes of others; written only where something is held back.
Result<std::vector<Group>> load(const NodeServices& services, const SealOrder& order, Time now) {
    auto groups = read_and_wait<std::vector<Group>>(
        services.store, [&](Transaction& transaction) { return load_groups(transaction, order.rows); });
    const auto is_secure = [](const Group& group) { return group.message.envelope.secure; };
    if (!groups || std::ranges::none_of(*groups, is_secure)) return groups;
    auto held_back = write_and_wait<Done>(services.store, [&](Transaction& transaction) {
        return hold_back_unproven(transaction, *groups, order.destination.claims().name, services, now);
    });
    if (!held_back) return std::unexpected(std::move(held_back.error()));
    return groups;
}

/// One bundle being sealed: plaintext in, sealed octets on disk.
class Press {
  public:
    Press(const NodeServices& services, const armor::ContentKey& key, const armor::Route& route)
        : services_(services),
          sealer_(key, route),
          stage_(services.store, StageWait::block, services.now()) {}

    Result<void> add(const Group& group) {
        Inner inner{group.message, {}, group.token};
        for (const OutboxRow& row : group.rows)
            inner.recipients.push_back(row.recipient);
        auto json = inner_json(inner);
        if (!json) return std::unexpected(std::move(json.error()));
        items_.begin(item_raw_bytes(*json, group.message),
                     group.token.empty() ? ItemMethod::zstd : ItemMethod::stored);
        if (auto done = take(items_.append(as_bytes(item_opening(*json)))); !done) return done;
        for (std::size_t i = 0; i < group.message.parts.size(); ++i) {
            auto done = i < group.bodies.size() ? take(items_.append(as_bytes(group.bodies[i])))
                                                : add_body(group.message.parts[i]);
            if (!done) return done;
        }
        return take(items_.finish());
    }

    StagedBody finish() {
        stage_.append(as_text(sealer_.finish()));
        return stage_.finish();
    }

    [[nodiscard]] armor::PayloadSum sum() const { return sealer_.sum(); }

  private:
    /// One that was not loaded.
    Result<void> add_body(const Part& part) {
        for (std::uint64_t offset = 0; offset < part.length;) {
            auto octets = read_and_wait<std::string>(services_.store, [&](Transaction& transaction) {
                return transaction.bodies().read(part.body, offset, kChunkBytes);
            });
            if (!octets) return std::unexpected(std::move(octets.error()));
            if (octets->empty()) return fail(702, "Storage failed", "a body is shorter than its part says");
            offset += octets->size();
            if (auto done = take(items_.append(as_bytes(*octets))); !done) return done;
        }
        return {};
    }

    Result<void> take(Result<Bytes> plain) {
        if (!plain) return std::unexpected(std::move(plain.error()));
        stage_.append(as_text(sealer_.append(*plain)));
        return {};
    }

    const NodeServices& services_;
    ItemWriter items_;
    armor::PayloadSealer sealer_;
    BodyStage stage_;
};

armor::Route route_of(const NodeServices& services, const HeldKeys& keys, const armor::Record& destination) {
    return {services.domain, destination.claims().name, services.uuid(), keys.record.fingerprint(),
            destination.fingerprint()};
}

std::vector<Placement> placements_of(const std::vector<Group>& groups) {
    std::vector<Placement> placements;
    for (std::uint32_t item = 0; item < groups.size(); ++item) {
        for (std::uint32_t number = 0; number < groups[item].rows.size(); ++number) {
            placements.push_back({groups[item].rows[number].id, item, number});
        }
    }
    return placements;
}

}  // namespace

Result<std::optional<OutgoingBundle>> seal_bundle(const NodeServices& services, const SealOrder& order) {
    const Time now = services.now();
    auto groups = load(services, order, now);
    if (!groups) return std::unexpected(std::move(groups.error()));
    if (groups->empty()) return std::nullopt;

    OutgoingBundle bundle;
    const armor::Route route = route_of(services, *order.keys, order.destination);
    bundle.content_key = armor::ContentKey::random();
    Press press(services, bundle.content_key, route);
    for (const Group& group : *groups) {
        if (auto done = press.add(group); !done) {
            discard(services.store, {press.finish()});
            return std::unexpected(std::move(done.error()));
        }
    }
    const StagedBody payload = press.finish();
    auto head =
        armor::make_head(route, bundle.content_key, press.sum(), order.destination, order.keys->signing, now);
    if (!head) return std::unexpected(std::move(head.error()));
    const std::string text = armor::head_text(*head);
    bundle.id = route.bundle_id;
    bundle.destination = route.destination;
    bundle.head.assign(text.begin(), text.end());
    bundle.digest = armor::bundle_digest(*head);
    bundle.payload_length = payload.length;
    bundle.sealed = now;
    auto saved = write_and_wait<Done>(services.store, [&](Transaction& transaction) -> Result<Done> {
        auto body = payload.settle(transaction, now);
        if (!body) return std::unexpected(std::move(body.error()));
        bundle.payload = *body;
        auto done = transaction.bundles().save(bundle, services.owner, now + kLease);
        if (done) done = transaction.outbox().place(bundle.id, placements_of(*groups));
        if (!done) return std::unexpected(std::move(done.error()));
        return Done{};
    });
    if (!saved) {
        discard(services.store, {payload});
        return std::unexpected(std::move(saved.error()));
    }
    return bundle;
}

Result<Probe> seal_probe(const NodeServices& services, const HeldKeys& keys,
                         const armor::Record& destination) {
    const armor::Route route = route_of(services, keys, destination);
    auto key = armor::ContentKey::random();
    armor::PayloadSealer sealer(key, route);
    const Bytes payload = sealer.finish();
    auto head = armor::make_head(route, key, sealer.sum(), destination, keys.signing, services.now());
    if (!head) return std::unexpected(std::move(head.error()));
    const std::string text = armor::head_text(*head);
    Bytes octets(text.begin(), text.end());
    octets.insert(octets.end(), payload.begin(), payload.end());
    return Probe{std::move(*head), std::move(key), std::move(octets)};
}

}  // namespace immp::bridge
