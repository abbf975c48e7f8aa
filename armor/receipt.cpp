#include "armor/receipt.hpp"

#include <utility>

#include "armor/hex.hpp"
#include "armor/json_field.hpp"
#include "armor/line_cursor.hpp"
#include "armor/names.hpp"
#include "armor/time_text.hpp"

namespace immp::armor {
namespace {

constexpr std::string_view kReceiptLine = "IMMP-RECEIPT 1";
constexpr int kOpened = 275;

std::string receipt_json(const Receipt& receipt) {
    JsonWriter json;
    json.text("immp-origin", receipt.origin)
        .text("immp-destination", receipt.destination)
        .text("immp-bundle", receipt.bundle_id)
        .text("digest", encode_hex(receipt.digest))
        .text("key", encode_hex(receipt.signer_fp))
        .text("timestamp", time_text(receipt.time))
        .number("code", static_cast<std::uint64_t>(receipt.code));
    return json.line();
}

Digest receipt_digest(const Receipt& receipt) {
    return hash("IMMP1 receipt", {receipt.json, "\n", as_text(receipt.answer)});
}

int read_code(JsonReader& json) {
    const std::uint64_t code = json.number("code");
    const std::uint64_t group = code / 100;
    if (code != kOpened && group != 4 && group != 7) json.complain("code", "is not 275, 4xx or 7xx");
    return json.sound() ? static_cast<int>(code) : 0;
}

Result<Receipt> parse_json(std::string_view line) {
    auto json = JsonReader::parse(line);
    if (!json) return std::unexpected(json.error());
    Receipt receipt;
    receipt.origin = json->text("immp-origin");
    receipt.destination = json->text("immp-destination");
    receipt.bundle_id = json->text("immp-bundle");
    receipt.digest = read_digest(*json, "digest");
    receipt.signer_fp = read_digest(*json, "key");
    receipt.time = read_time(*json, "timestamp");
    receipt.code = read_code(*json);
    receipt.json = line;
    if (!is_domain(receipt.origin)) json->complain("immp-origin", "is no domain");
    if (!is_domain(receipt.destination)) json->complain("immp-destination", "is no domain");
    if (!is_uuid(receipt.bundle_id)) json->complain("immp-bundle", "is no UUID");
    if (const auto whole = json->finish(); !whole) return std::unexpected(whole.error());
    return receipt;
}

Result<Receipt> make(const Head& head, int code, Bytes answer, const ReceiptSigner& signer) {
    Receipt receipt;
    receipt.origin = head.route.origin;
    receipt.destination = head.route.destination;
    receipt.bundle_id = head.route.bundle_id;
    receipt.digest = bundle_digest(head);
    receipt.signer_fp = signer.fingerprint;
    receipt.time = signer.time;
    receipt.code = code;
    receipt.json = receipt_json(receipt);
    receipt.answer = std::move(answer);
    receipt.signature = sign(signer.pair, receipt_digest(receipt));
    return parse_receipt(as_bytes(receipt_text(receipt)));
}

}  // namespace

Result<Receipt> make_receipt(const Head& head, const ContentKey& key, std::span<const Outcome> outcomes,
                             const ReceiptSigner& signer) {
    auto answer = seal_answer(outcomes, key, head.route);
    if (!answer) return std::unexpected(answer.error());
    return make(head, kOpened, std::move(*answer), signer);
}

Result<Receipt> make_refusal(const Head& head, int code, const ReceiptSigner& signer) {
    return make(head, code, {}, signer);
}

std::string receipt_text(const Receipt& receipt) {
    std::string text(kReceiptLine);
    text += "\n" + receipt.json + "\n" + signature_text(receipt.signature) + "\n";
    text += as_text(receipt.answer);
    return text;
}

Result<Receipt> parse_receipt(ByteView octets) {
    if (octets.size() > kMaxReceiptBytes) return fail(413, "the receipt is too long");
    LineCursor cursor(as_text(octets));
    const auto first = cursor.line(kMaxJsonLineBytes);
    const auto json = first ? cursor.line(kMaxJsonLineBytes) : first;
    const auto signature_line = json ? cursor.line(kMaxJsonLineBytes) : json;
    if (!signature_line) return std::unexpected(signature_line.error());
    if (*first != kReceiptLine) return fail(400, "not a receipt");
    auto receipt = parse_json(*json);
    if (!receipt) return receipt;
    const auto signature = parse_signature(*signature_line);
    if (!signature) return std::unexpected(signature.error());
    receipt->signature = *signature;
    const ByteView answer = as_bytes(cursor.rest());
    receipt->answer.assign(answer.begin(), answer.end());
    const bool fits = receipt->code == kOpened ? is_answer_length(answer.size()) : answer.empty();
    if (!fits) return fail(400, "the answer does not fit the code");
    return receipt;
}

Result<void> verify_receipt(const Receipt& receipt, const Route& sent, const Digest& sent_digest,
                            const Record& destination) {
    if (receipt.origin != sent.origin || receipt.destination != sent.destination ||
        receipt.bundle_id != sent.bundle_id)
        return fail(404, "the receipt is for another bundle");
    if (receipt.digest != sent_digest) return fail(422, "the receipt is for another header");
    if (destination.claims().owner != Owner::kDomain || destination.claims().name != receipt.destination ||
        destination.fingerprint() != receipt.signer_fp)
        return fail(412, "the destination's key is another one");
    if (!verify(destination.claims().sign, receipt_digest(receipt), receipt.signature))
        return fail(422, "the receipt's signature does not hold");
    return {};
}

}  // namespace immp::armor
