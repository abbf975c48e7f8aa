#include "component/immp_payload.hpp"

#include <charconv>
#include <utility>

#include "armor/base64.hpp"
#include "armor/hex.hpp"
#include "armor/names.hpp"
#include "armor/receipt.hpp"
#include "component/stanza_error.hpp"
#include "component/vocabulary.hpp"
#include "component/xml_writer.hpp"

namespace immp::component {
namespace {

// A receipt goes in one stanza.
static_assert(armor::kMaxReceiptBytes <= kMaxPieceBytes);

using bridge::BundlePiece;
using bridge::BundleStatus;

std::optional<std::uint64_t> read_offset(const Element& element, std::string_view name) {
    const auto text = element.get(name);
    std::uint64_t value = 0;
    if (!text || text->empty()) return std::nullopt;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (fault != std::errc() || end != text->data() + text->size()) return std::nullopt;
    if (std::to_string(value) != *text) return std::nullopt;  // leading zeros
    return value;
}

std::unexpected<Error> bad_payload(std::string_view what) {
    return fail(400, "not the form of urn:immp:1", std::string(what));
}

std::unexpected<Error> bad_answer(std::string_view what) {
    return fail_for_now(720, "the other domain's answer cannot be read", std::chrono::seconds(60),
                        std::string(what));
}

// The receipt in an answer; empty where there is none.
Bytes take_receipt(Stanza& answer) {
    auto* found = answer.find(ElementKind::bundle_receipt);
    if (!found) found = answer.find(ElementKind::receipt);
    return found ? std::move(found->octets) : Bytes();
}

Result<BundleStatus> read_status(Stanza&& answer, std::string_view bundle_id) {
    BundleStatus status;
    status.receipt = take_receipt(answer);
    const auto* bundle = answer.find(ElementKind::bundle);
    if (!bundle) {
        if (status.receipt.empty()) return bad_answer("neither bundle nor receipt");
        return status;
    }
    if (bundle->get("id") != bundle_id) return bad_answer("another bundle");
    const auto at = read_offset(*bundle, "at");
    if (!at) return bad_answer("bundle without at");
    status.at = *at;
    return status;
}

}  // namespace

std::string bundle_piece(const BundlePiece& piece) {
    return element("bundle",
                   {{"xmlns", kImmpNs},
                    {"id", piece.bundle_id},
                    {"at", std::to_string(piece.at)},
                    {"of", std::to_string(piece.of)}},
                   armor::encode_base64(piece.octets));
}

std::string bundle_question(std::string_view bundle_id) {
    return element("bundle", {{"xmlns", kImmpNs}, {"id", bundle_id}});
}

std::string bundle_answer(std::string_view bundle_id, const BundleStatus& status) {
    const auto inner =
        status.receipt.empty() ? std::string() : element("receipt", {}, armor::encode_base64(status.receipt));
    return element("bundle", {{"xmlns", kImmpNs}, {"id", bundle_id}, {"at", std::to_string(status.at)}},
                   inner);
}

std::string stored_mark(std::string_view bundle_id, std::uint64_t at) {
    return element("bundle", {{"xmlns", kImmpNs}, {"id", bundle_id}, {"at", std::to_string(at)}});
}

std::string key_question(std::string_view domain, bridge::PeerLink::History history) {
    const bool whole = history == bridge::PeerLink::History::whole;
    return element("key", {{"xmlns", kImmpNs}, {"domain", domain}, {"history", whole ? "1" : ""}});
}

std::string key_answer(const std::vector<std::string>& records) {
    std::string out;
    for (const auto& record : records)
        out += element("key", {{"xmlns", kImmpNs}}, armor::encode_base64(as_bytes(record)));
    return out;
}

std::string receipt(ByteView octets) {
    return element("receipt", {{"xmlns", kImmpNs}}, armor::encode_base64(octets));
}

std::string cookie_question(const bridge::CookieClaim& claim) {
    return element("cookie", {{"xmlns", kImmpNs},
                              {"value", claim.cookie},
                              {"receiver", claim.receiver},
                              {"cb", armor::encode_base64(claim.binding)}});
}

std::string online() {
    return element("online", {{"xmlns", kImmpNs}});
}

Result<BundlePiece> read_piece(Stanza&& set) {
    auto* bundle = set.find(ElementKind::bundle);
    if (!bundle) return bad_payload("no bundle");
    const auto id = bundle->get("id");
    const auto at = read_offset(*bundle, "at");
    const auto of = read_offset(*bundle, "of");
    if (!id || !armor::is_uuid(*id) || !at || !of) return bad_payload("id, at or of");
    const auto size = bundle->octets.size();
    if (size == 0 || *at > *of || size > *of - *at) return bad_payload("octets outside the bundle");
    BundlePiece piece{.bundle_id = std::string(*id), .at = *at, .of = *of, .octets = {}};
    piece.octets = std::move(bundle->octets);
    return piece;
}

Result<std::string> read_bundle_question(const Stanza& get) {
    const auto* bundle = get.find(ElementKind::bundle);
    const auto id = bundle ? bundle->get("id") : std::nullopt;
    if (!id || !armor::is_uuid(*id)) return bad_payload("id");
    return std::string(*id);
}

Result<KeyQuestion> read_key_question(const Stanza& get) {
    const auto* key = get.find(ElementKind::key);
    const auto domain = key ? key->get("domain") : std::nullopt;
    if (!domain || !armor::is_domain(*domain)) return bad_payload("domain");
    const auto history = key->get("history");
    if (history && *history != "1") return bad_payload("history");
    using enum bridge::PeerLink::History;
    return KeyQuestion{std::string(*domain), history ? whole : last};
}

Result<Bytes> read_receipt(Stanza&& set) {
    auto* found = set.find(ElementKind::receipt);
    if (!found || found->octets.empty()) return bad_payload("no receipt");
    return std::move(found->octets);
}

Result<bridge::CookieClaim> read_cookie_question(const Stanza& get) {
    constexpr std::size_t kCookieDigits = 64;
    constexpr std::size_t kBindingBytes = 32;
    const auto* cookie = get.find(ElementKind::cookie);
    const auto value = cookie ? cookie->get("value") : std::nullopt;
    if (!value || value->size() != kCookieDigits || !armor::decode_hex(*value)) return bad_payload("value");
    const auto receiver = cookie->get("receiver");
    if (!receiver || !armor::is_domain(*receiver)) return bad_payload("receiver");
    const auto cb = cookie->get("cb");
    auto binding = cb ? armor::decode_base64(*cb) : Result<Bytes>(Bytes());
    if (!binding || binding->size() != kBindingBytes) return bad_payload("cb");
    return bridge::CookieClaim{std::string(*value), std::string(*receiver), *std::move(binding)};
}

Result<BundleStatus> read_piece_answer(Stanza&& answer, std::string_view bundle_id) {
    if (answer.head.type == "result") return read_status(std::move(answer), bundle_id);
    const auto* mark = answer.find(ElementKind::error_bundle);
    if (mark && condition_of(answer) == "conflict")
        if (const auto at = read_offset(*mark, "at"))
            return BundleStatus{.at = *at, .known = true, .receipt = {}};
    return std::unexpected(error_of(answer));
}

Result<BundleStatus> read_bundle_answer(Stanza&& answer, std::string_view bundle_id) {
    if (answer.head.type == "result") return read_status(std::move(answer), bundle_id);
    // 450 has the same condition and another meaning. Were it a server's word, the price is octets sent
    // again.
    const auto* refusal = answer.find(ElementKind::refusal);
    if (condition_of(answer) == "item-not-found" && (!refusal || refusal->get("code") == "404"))
        return BundleStatus{.at = 0, .known = false, .receipt = {}};
    return std::unexpected(error_of(answer));
}

Result<std::vector<std::string>> read_key_answer(const Stanza& answer) {
    if (answer.head.type != "result") return std::unexpected(error_of(answer));
    std::vector<std::string> records;
    for (const auto& element : answer.elements)
        if (element.kind == ElementKind::key) records.emplace_back(as_text(element.octets));
    if (records.empty()) return bad_answer("no key");
    return records;
}

Result<void> read_cookie_answer(const Stanza& answer) {
    const auto* refusal = answer.find(ElementKind::refusal);
    if (answer.head.type == "error" && refusal && refusal->get("code") == "421" && !refusal->get("retry"))
        return fail(421, "the issuer does not confirm the cookie");
    return read_empty_answer(answer);
}

Result<void> read_empty_answer(const Stanza& answer) {
    if (answer.head.type != "result") return std::unexpected(error_of(answer));
    return {};
}

}  // namespace immp::component
