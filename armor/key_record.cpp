#include "armor/key_record.hpp"

#include <algorithm>
#include <functional>

#include "armor/base64.hpp"
#include "armor/hex.hpp"
#include "armor/json_field.hpp"
#include "armor/line_cursor.hpp"
#include "armor/names.hpp"
#include "armor/time_text.hpp"

namespace immp::armor {
namespace {

constexpr std::string_view kRecordLine = "IMMP-KEY 1";
constexpr std::size_t kMaxSuites = 16;
constexpr std::size_t kVouchLineBytes = 64 + 1 + kSignatureTextBytes;

std::string claims_json(const RecordClaims& claims) {
    JsonWriter json;
    json.text(claims.owner == Owner::kDomain ? "domain" : "imid", claims.name);
    json.number("serial", claims.serial);
    json.text("sign", encode_base64(claims.sign));
    json.text("seal", encode_base64(claims.seal));
    json.text("not-before", time_text(claims.not_before));
    json.text("not-after", time_text(claims.not_after));
    const auto digest = [&json](std::string_view key, const std::optional<Digest>& value) {
        value ? json.text(key, encode_hex(*value)) : json.null(key);
    };
    digest("previous", claims.previous);
    digest("next", claims.next);
    json.json("suites", json_numbers(claims.suites));
    return json.line();
}

std::array<std::uint8_t, 32> read_key(JsonReader& json, std::string_view name) {
    const auto octets = decode_base64(json.text(name));
    std::array<std::uint8_t, 32> key{};
    if (octets && octets->size() == key.size())
        std::ranges::copy(*octets, key.begin());
    else
        json.complain(name, "is not 32 octets in base64");
    return key;
}

std::optional<Digest> read_neighbour(JsonReader& json, std::string_view name) {
    const auto text = json.text_or_null(name);
    if (!text) return std::nullopt;
    const auto digest = parse_digest(*text);
    if (!digest) json.complain(name, "is no fingerprint");
    return digest.value_or(Digest{});
}

void read_owner(JsonReader& json, RecordClaims& claims) {
    claims.owner = json.has("imid") ? Owner::kUser : Owner::kDomain;
    const bool user = claims.owner == Owner::kUser;
    const std::string_view key = user ? "imid" : "domain";
    claims.name = json.text(key);
    if (!(user ? is_imid(claims.name) : is_domain(claims.name)))
        json.complain(key, "has not the form of one");
}

bool rise(const std::vector<std::uint64_t>& suites) {
    return !suites.empty() && suites.size() <= kMaxSuites &&
           std::ranges::adjacent_find(suites, std::greater_equal{}) == suites.end();
}

Result<RecordClaims> parse_claims(std::string_view line) {
    auto json = JsonReader::parse(line);
    if (!json) return std::unexpected(json.error());
    RecordClaims claims;
    read_owner(*json, claims);
    claims.serial = json->number("serial");
    claims.sign = read_key(*json, "sign");
    claims.seal = read_key(*json, "seal");
    claims.not_before = read_time(*json, "not-before");
    claims.not_after = read_time(*json, "not-after");
    claims.previous = read_neighbour(*json, "previous");
    claims.next = read_neighbour(*json, "next");
    claims.suites = json->numbers("suites");
    if (!rise(claims.suites)) json->complain("suites", "do not rise");
    if (claims.not_after <= claims.not_before) json->complain("not-after", "is not after not-before");
    if (const auto whole = json->finish(); !whole) return std::unexpected(whole.error());
    if (std::ranges::find(claims.suites, kSuite) == claims.suites.end())
        return fail(423, "no suite that is known here");
    return claims;
}

Result<Vouch> parse_vouch(std::string_view line) {
    if (line.size() != kVouchLineBytes || line[64] != ' ') return fail(400, "no such line in a record");
    const auto domain_fp = parse_digest(line.substr(0, 64));
    if (!domain_fp) return std::unexpected(domain_fp.error());
    const auto signature = parse_signature(line.substr(65));
    if (!signature) return std::unexpected(signature.error());
    return Vouch{*domain_fp, *signature};
}

Digest fingerprint_of(std::string_view json) {
    return hash("IMMP1 key", {json});
}

}  // namespace

Digest vouch_digest(const Digest& fingerprint) {
    return hash("IMMP1 vouch", {as_text(fingerprint)});
}

Result<Record> Record::parse(ByteView octets) {
    if (octets.size() > kMaxRecordBytes) return fail(413, "the record is too long");
    LineCursor cursor(as_text(octets));
    const auto first = cursor.line(kMaxJsonLineBytes);
    const auto json = first ? cursor.line(kMaxJsonLineBytes) : first;
    const auto own = json ? cursor.line(kMaxJsonLineBytes) : json;
    if (!own) return std::unexpected(own.error());
    if (*first != kRecordLine) return fail(400, "not a key record");

    Record record;
    auto claims = parse_claims(*json);
    if (!claims) return std::unexpected(claims.error());
    record.claims_ = std::move(*claims);
    record.json_ = *json;
    record.fingerprint_ = fingerprint_of(*json);
    const auto signature = parse_signature(*own);
    if (!signature) return std::unexpected(signature.error());
    record.signature_ = *signature;
    if (const auto tail = record.parse_tail(cursor.rest()); !tail) return std::unexpected(tail.error());
    if (!armor::verify(record.claims_.sign, record.fingerprint_, record.signature_))
        return fail(422, "the record's own signature does not hold");
    return record;
}

// What may follow the own signature: the predecessor's, then, for a user, the domain's.
Result<void> Record::parse_tail(std::string_view tail) {
    LineCursor cursor(tail);
    while (!cursor.rest().empty()) {
        const auto line = cursor.line(kVouchLineBytes);
        if (!line) return std::unexpected(line.error());
        if (line->size() == kSignatureTextBytes && claims_.previous && !previous_signature_ && !vouch_) {
            const auto signature = parse_signature(*line);
            if (!signature) return std::unexpected(signature.error());
            previous_signature_ = *signature;
        } else if (claims_.owner == Owner::kUser && !vouch_) {
            const auto vouch = parse_vouch(*line);
            if (!vouch) return std::unexpected(vouch.error());
            vouch_ = *vouch;
        } else {
            return fail(400, "a line that does not belong into this record");
        }
    }
    return {};
}

Result<Record> Record::make(const RecordClaims& claims, const SigningPair& pair,
                            const SigningPair* previous) {
    Record record;
    record.claims_ = claims;
    record.json_ = claims_json(claims);
    record.fingerprint_ = fingerprint_of(record.json_);
    record.signature_ = sign(pair, record.fingerprint_);
    if (previous != nullptr && previous->open != pair.open)
        record.previous_signature_ = sign(*previous, record.fingerprint_);
    return parse(as_bytes(record.text()));
}

Result<Record> Record::vouched(const Digest& domain_fp, const SigningPair& domain) const {
    Record record = *this;
    record.vouch_ = Vouch{domain_fp, sign(domain, vouch_digest(fingerprint_))};
    return parse(as_bytes(record.text()));
}

std::string Record::text() const {
    std::string text(kRecordLine);
    text += "\n" + json_ + "\n" + signature_text(signature_) + "\n";
    if (previous_signature_) text += signature_text(*previous_signature_) + "\n";
    if (vouch_) text += encode_hex(vouch_->domain_fp) + " " + signature_text(vouch_->signature) + "\n";
    return text;
}

}  // namespace immp::armor
