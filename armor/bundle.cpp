#include "armor/bundle.hpp"

#include <algorithm>
#include <utility>

#include <sodium.h>

#include "armor/base64.hpp"
#include "armor/hex.hpp"
#include "armor/json_field.hpp"
#include "armor/line_cursor.hpp"
#include "armor/names.hpp"
#include "armor/time_text.hpp"

namespace immp::armor {
namespace {

constexpr std::string_view kBundleLine = "IMMP-BUNDLE 1";

static_assert(KeyBox{}.size() == sizeof(ContentKey) + crypto_box_SEALBYTES);

std::string header_json(const Head& head) {
    JsonWriter from;
    from.text("domain", head.route.origin).text("timestamp", time_text(head.time));
    JsonWriter envelope;
    envelope.number("immp-suite", kSuite)
        .text("immp-bundle", head.route.bundle_id)
        .text("immp-origin", head.route.origin)
        .text("immp-destination", head.route.destination)
        .json("immp-keys",
              json_texts({encode_hex(head.route.origin_fp), encode_hex(head.route.destination_fp)}))
        .json("immp-recipient", json_texts({encode_base64(head.box)}))
        .json("immp-payload", "[" + std::to_string(head.payload.octets) + "," +
                                  json_text(encode_hex(head.payload.digest)) + "]")
        .json("received-from", from.line());
    return JsonWriter{}.json("envelope", envelope.line()).line();
}

Digest digest_of(JsonReader& json, std::string_view key, std::string_view text) {
    const auto digest = parse_digest(text);
    if (!digest) json.complain(key, "has what is no digest");
    return digest.value_or(Digest{});
}

Route read_route(JsonReader& envelope) {
    Route route;
    route.bundle_id = envelope.text("immp-bundle");
    route.origin = envelope.text("immp-origin");
    route.destination = envelope.text("immp-destination");
    if (!is_uuid(route.bundle_id)) envelope.complain("immp-bundle", "is no UUID");
    if (!is_domain(route.origin)) envelope.complain("immp-origin", "is no domain");
    if (!is_domain(route.destination)) envelope.complain("immp-destination", "is no domain");
    const auto keys = envelope.texts("immp-keys");
    if (keys.size() != 2) {
        envelope.complain("immp-keys", "are not two");
        return route;
    }
    route.origin_fp = digest_of(envelope, "immp-keys", keys[0]);
    route.destination_fp = digest_of(envelope, "immp-keys", keys[1]);
    return route;
}

KeyBox read_box(JsonReader& envelope) {
    const auto boxes = envelope.texts("immp-recipient");
    const auto octets = decode_base64(boxes.size() == 1 ? boxes[0] : "");
    KeyBox box{};
    if (octets && octets->size() == box.size())
        std::ranges::copy(*octets, box.begin());
    else
        envelope.complain("immp-recipient", "is not one box of 80 octets in base64");
    return box;
}

PayloadSum read_payload(JsonReader& envelope) {
    const auto [octets, digest] = envelope.number_and_text("immp-payload");
    if (!plain_bytes(octets)) envelope.complain("immp-payload", "has a length that none can have");
    return {octets, digest_of(envelope, "immp-payload", digest)};
}

std::chrono::sys_seconds read_origin_time(JsonReader& envelope, const std::string& origin) {
    JsonReader from = envelope.object("received-from");
    if (from.text("domain") != origin) envelope.complain("received-from", "is not the origin");
    return read_time(from, "timestamp");
}

// The suite is asked first: what another suite's header holds cannot be judged here.
Result<Head> parse_header(std::string_view line) {
    auto json = JsonReader::parse(line);
    if (!json) return std::unexpected(json.error());
    JsonReader envelope = json->object("envelope");
    const std::uint64_t suite = envelope.number("immp-suite");
    if (json->sound() && suite != kSuite) return fail(423, "unknown suite");
    Head head;
    head.route = read_route(envelope);
    head.box = read_box(envelope);
    head.payload = read_payload(envelope);
    head.time = read_origin_time(envelope, head.route.origin);
    head.header = line;
    if (const auto whole = json->finish(); !whole) return std::unexpected(whole.error());
    return head;
}

bool may_begin_head(std::string_view octets) {
    const std::string first = std::string(kBundleLine) + "\n";
    const std::size_t seen = std::min(octets.size(), first.size());
    return octets.substr(0, seen) == std::string_view(first).substr(0, seen);
}

// Hop lines up to the empty line; nullopt where that has not come.
Result<std::optional<std::vector<Hop>>> parse_hops(LineCursor& cursor) {
    std::vector<Hop> hops;
    while (true) {
        const auto line = cursor.next(kMaxHopBytes);
        if (!line) return std::unexpected(line.error());
        if (!*line) return std::nullopt;
        if ((*line)->empty()) return hops;
        if (hops.size() == kMaxHops) return fail(413, "too many hops");
        auto hop = parse_hop(**line);
        if (!hop) return std::unexpected(hop.error());
        hops.push_back(std::move(*hop));
    }
}

// The signature of a header that was read, the hops behind it, and where they end.
Result<std::optional<ParsedHead>> read_behind_header(Head head, LineCursor& cursor, std::string_view text) {
    const auto line = cursor.next(kSignatureTextBytes);
    if (!line) return fail(400, "a signature is 64 octets in base64");
    if (!*line) return std::nullopt;
    const auto signature = parse_signature(**line);
    if (!signature) return std::unexpected(signature.error());
    head.signature = *signature;
    auto hops = parse_hops(cursor);
    if (!hops) return std::unexpected(hops.error());
    if (!*hops) return std::nullopt;
    head.hops = std::move(**hops);
    return ParsedHead{std::move(head), text.size() - cursor.rest().size()};
}

Result<std::optional<ParsedHead>> read_head(std::string_view text) {
    if (!may_begin_head(text)) return fail(400, "not a bundle");
    LineCursor cursor(text);
    const auto first = cursor.next(kBundleLine.size());
    if (!first || !*first) return std::nullopt;
    const auto header = cursor.next(kMaxJsonLineBytes);
    if (!header) return std::unexpected(header.error());
    if (!*header) return std::nullopt;
    auto head = parse_header(**header);
    if (!head) return std::unexpected(head.error());
    return read_behind_header(std::move(*head), cursor, text);
}

}  // namespace

Digest bundle_digest(const Head& head) {
    return hash("IMMP1 bundle", {head.header});
}

std::string head_text(const Head& head) {
    std::string text(kBundleLine);
    text += "\n" + head.header + "\n" + signature_text(head.signature) + "\n";
    for (const Hop& hop : head.hops)
        text += hop_text(hop) + "\n";
    return text + "\n";
}

Result<Head> make_head(const Route& route, const ContentKey& key, const PayloadSum& payload,
                       const Record& destination, const SigningPair& origin, std::chrono::sys_seconds time) {
    if (destination.claims().name != route.destination || destination.fingerprint() != route.destination_fp)
        return fail(412, "the record is not the one the route names");
    Head head{route, {}, payload, time, {}, {}, {}};
    if (crypto_box_seal(head.box.data(), key.view().data(), key.view().size(),
                        destination.claims().seal.data()) != 0)
        return fail(423, "the destination's sealing key is unusable");
    head.header = header_json(head);
    head.signature = sign(origin, bundle_digest(head));
    auto readable = parse_header(head.header);
    if (!readable) return std::unexpected(readable.error());
    return head;
}

Result<std::optional<ParsedHead>> parse_head(ByteView octets) {
    auto parsed = read_head(as_text(octets.first(std::min(octets.size(), kMaxHeadBytes))));
    if (parsed && !*parsed && octets.size() >= kMaxHeadBytes) return fail(413, "the head is too long");
    return parsed;
}

Result<void> check_time(const Head& head, std::chrono::sys_seconds now) {
    if (head.time > now + kMaxBundleAhead)
        return fail_for_now(424, "the bundle is ahead of our clock", head.time - now);
    if (head.time < now - kMaxBundleAge) return fail(424, "the bundle is stale");
    return {};
}

Result<void> verify_origin(const Head& head, const Record& origin) {
    if (origin.claims().owner != Owner::kDomain || origin.claims().name != head.route.origin ||
        origin.fingerprint() != head.route.origin_fp)
        return fail(412, "the origin's key is another one");
    if (!verify(origin.claims().sign, bundle_digest(head), head.signature))
        return fail(422, "the origin's signature does not hold");
    return {};
}

Result<ContentKey> open_key(const Head& head, std::span<const HeldSeal> held) {
    const auto ours = std::ranges::find(held, head.route.destination_fp, &HeldSeal::fingerprint);
    if (ours == held.end()) return fail(423, "sealed to a key that is not ours, or no longer");
    ContentKey key;
    if (crypto_box_seal_open(key.fill().data(), head.box.data(), head.box.size(), ours->pair.open.data(),
                             ours->pair.secret.view().data()) != 0)
        return fail(423, "the key box does not open");
    return key;
}

}  // namespace immp::armor
