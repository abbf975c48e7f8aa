#include "armor/sealed.hpp"

#include <algorithm>
#include <utility>

#include <sodium.h>

#include "armor/base64.hpp"
#include "armor/hex.hpp"
#include "armor/json_field.hpp"
#include "armor/json_list.hpp"
#include "armor/line_cursor.hpp"
#include "armor/names.hpp"

namespace immp::armor {
namespace {

constexpr std::string_view kSealedLine = "IMMP-SEALED 1";

SecretBytes<32> keyed(const SecretBytes<32>& key, std::initializer_list<std::string_view> parts) {
    SecretBytes<32> derived;
    crypto_generichash_state state;
    crypto_generichash_init(&state, key.view().data(), key.view().size(), derived.view().size());
    for (const std::string_view part : parts)
        crypto_generichash_update(&state, as_bytes(part).data(), part.size());
    crypto_generichash_final(&state, derived.fill().data(), derived.fill().size());
    sodium_memzero(&state, sizeof state);
    return derived;
}

std::string json_of(const Seal& seal) {
    const auto json_of_one = [](const SealedFor& each) {
        JsonWriter json;
        json.text("imid", each.imid).text("key", encode_hex(each.key));
        return json.text("signature", signature_text(each.signature)).line();
    };
    JsonWriter json;
    json.text("id", seal.id)
        .text("from", seal.from)
        .text("record", encode_base64(as_bytes(seal.record ? seal.record->text() : "")));
    return json.text("digest", encode_hex(seal.digest)).json("to", json_list(seal.to, json_of_one)).line();
}

/// The sender's record; what is wrong with it is the first complaint.
std::optional<Record> read_record(JsonReader& json, std::string_view key, const std::string& owner) {
    const auto octets = decode_base64(json.text(key));
    auto record = octets ? Record::parse(*octets) : Result<Record>(fail(400, "no base64"));
    if (record && record->claims().owner == Owner::kUser && record->claims().name == owner)
        return std::move(*record);
    json.complain(key, "is no record of the sender");
    return std::nullopt;
}

std::string read_imid(JsonReader& json, std::string_view key) {
    std::string imid = json.text(key);
    if (!is_imid(imid)) json.complain(key, "is no imid");
    return imid;
}

SealedFor read_recipient(JsonReader& json) {
    SealedFor recipient;
    recipient.imid = read_imid(json, "imid");
    recipient.key = read_digest(json, "key");
    const auto signature = parse_signature(json.text("signature"));
    if (!signature) json.complain("signature", "is none");
    recipient.signature = signature.value_or(Signature{});
    return recipient;
}

/// `hex64 SP b64-80`
Result<SealedBox> parse_box(std::string_view line) {
    const auto malformed = [] { return fail(400, "not sealed content: a box of another form"); };
    if (line.size() + 1 != kSealedBoxBytes || line[64] != ' ') return malformed();
    const auto key = parse_digest(line.substr(0, 64));
    const auto octets = decode_base64(line.substr(65));
    SealedBox box;
    if (!key || !octets || octets->size() != box.box.size()) return malformed();
    box.key = *key;
    std::ranges::copy(*octets, box.box.begin());
    return box;
}

}  // namespace

Digest sealed_for_digest(const Seal& seal, const SealedFor& recipient) {
    return hash("IMMP1 sealed for", {seal.id, "\n", seal.from, "\n", recipient.imid, "\n",
                                     encode_hex(recipient.key), "\n", encode_hex(seal.digest), "\n"});
}

Result<std::string> sign_seal(Seal& seal, const SigningPair& pair) {
    for (SealedFor& recipient : seal.to)
        recipient.signature = sign(pair, sealed_for_digest(seal, recipient));
    std::string json = json_of(seal);
    if (auto readable = parse_seal(json); !readable) return std::unexpected(std::move(readable.error()));
    return json;
}

Result<Seal> parse_seal(std::string_view text) {
    auto json = JsonReader::parse(text, kMaxSealJsonBytes);
    if (!json) return std::unexpected(std::move(json.error()));
    Seal seal;
    seal.id = json->text("id");
    if (!is_uuid(seal.id)) json->complain("id", "is no UUID");
    seal.from = read_imid(*json, "from");
    seal.record = read_record(*json, "record", seal.from);
    seal.digest = read_digest(*json, "digest");
    for (JsonReader& recipient : json->objects("to")) {
        if (seal.to.size() == kMaxSealedBoxes) return fail(413, "sealed for too many");
        seal.to.push_back(read_recipient(recipient));
    }
    if (seal.to.empty()) json->complain("to", "names nobody");
    if (auto done = json->finish(); !done) return std::unexpected(std::move(done.error()));
    return seal;
}

Result<std::optional<SealedHead>> parse_sealed_head(std::string_view octets) {
    LineCursor lines(octets);
    const auto first = lines.next(kSealedLine.size());
    // A first line that goes on is another format, not this one too long.
    if (!first || (*first && **first != kSealedLine)) return fail(400, "not sealed content");
    if (!*first) {
        if (!kSealedLine.starts_with(octets)) return fail(400, "not sealed content");
        return std::nullopt;
    }
    SealedHead head;
    while (true) {
        const auto line = lines.next(kSealedBoxBytes - 1);
        if (!line) return fail(400, "not sealed content: a box of another form");
        if (!*line) return std::nullopt;
        if ((*line)->empty()) break;
        if (head.boxes.size() == kMaxSealedBoxes) return fail(413, "sealed for too many");
        const auto box = parse_box(**line);
        if (!box) return std::unexpected(box.error());
        if (std::ranges::find(head.boxes, box->key, &SealedBox::key) != head.boxes.end())
            return fail(400, "not sealed content: two boxes for one key");
        head.boxes.push_back(*box);
    }
    if (head.boxes.empty()) return fail(400, "not sealed content: no box");
    head.text = octets.substr(0, octets.size() - lines.rest().size());
    return head;
}

ContentKey mixed_key(const SecretBytes<32>& mixing, std::string_view seal_json) {
    return keyed(mixing, {"IMMP1 sealed mix\n", seal_json});
}

// crypto_box_seal with an ephemeral key of our own choice: what it makes is opened by crypto_box_seal_open
// (libsodium, "Sealed boxes": epk, then crypto_box under the nonce BLAKE2b-192(epk, pk)).
Result<SealedBox> make_sealed_box(const ContentKey& key, const Digest& fingerprint,
                                  const SealingPublic& seal) {
    SealedBox made{fingerprint, {}};
    const SealingPair ephemeral =
        SealingPair::from_secret(keyed(key, {"IMMP1 sealed box\n", encode_hex(fingerprint), "\n"}));
    std::array<std::uint8_t, crypto_box_NONCEBYTES> nonce;
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, nonce.size());
    crypto_generichash_update(&state, ephemeral.open.data(), ephemeral.open.size());
    crypto_generichash_update(&state, seal.data(), seal.size());
    crypto_generichash_final(&state, nonce.data(), nonce.size());
    std::ranges::copy(ephemeral.open, made.box.begin());
    if (crypto_box_easy(made.box.data() + ephemeral.open.size(), key.view().data(), key.view().size(),
                        nonce.data(), seal.data(), ephemeral.secret.view().data()) != 0)
        return fail(423, "the recipient's sealing key is unusable");
    return made;
}

std::string sealed_head_text(std::span<const SealedBox> boxes) {
    std::string text = std::string(kSealedLine) + "\n";
    for (const SealedBox& box : boxes)
        text += encode_hex(box.key) + " " + encode_base64(box.box) + "\n";
    return text + "\n";
}

SecretBytes<32> sealed_stream_key(const ContentKey& key, std::string_view head_text) {
    return keyed(key, {"IMMP1 sealed\n", head_text});
}

StreamHeader sealed_stream_header(const ContentKey& key) {
    const SecretBytes<32> octets = keyed(key, {"IMMP1 sealed stream\n"});
    StreamHeader header;
    std::copy_n(octets.view().begin(), header.size(), header.begin());
    return header;
}

Result<OpenedBox> open_sealed_box(const SealedHead& head, std::span<const HeldSeal> held) {
    for (std::size_t place = 0; place < head.boxes.size(); ++place) {
        const SealedBox& box = head.boxes[place];
        const auto ours = std::ranges::find(held, box.key, &HeldSeal::fingerprint);
        if (ours == held.end()) continue;
        OpenedBox opened{place, {}};
        if (crypto_box_seal_open(opened.key.fill().data(), box.box.data(), box.box.size(),
                                 ours->pair.open.data(), ours->pair.secret.view().data()) != 0)
            return fail(423, "the key box does not open");
        return opened;
    }
    return fail(423, "sealed to no key of ours");
}

}  // namespace immp::armor
