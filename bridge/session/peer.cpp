// AUTH COOKIE, VERIFY COOKIE, and deliveries of another domain's server (decisions, 3; docs/protocol.md, 16).
#include <algorithm>

#include "armor/base64.hpp"
#include "armor/hex.hpp"
#include "bridge/session/handlers.hpp"

namespace immp::bridge {
namespace {

constexpr std::size_t kCookieDigits = 64;
/// Of a receipt in one line of the reply.
constexpr std::size_t kReceiptLineBytes = 60'000;

bool is_cookie(std::string_view text) {
    return text.size() == kCookieDigits && armor::decode_hex(text).has_value();
}

Result<Bytes> read_binding(const Arguments& given) {
    const auto text = given.value("CB");
    if (!text) return std::unexpected(refusal(400, "CB is missing"));
    auto octets = armor::decode_base64(*text);
    if (!octets) return std::unexpected(refusal(415, "Bad base64"));
    if (octets->size() != kExporterBytes) return std::unexpected(refusal(400, "CB is 32 octets"));
    return octets;
}

/// `<cookie> <domain>`
struct CookieWords {
    std::string cookie;
    std::string domain;
};

Result<CookieWords> read_cookie(const Arguments& given) {
    CookieWords words{given.text(0), {}};
    if (!is_cookie(words.cookie))
        return std::unexpected(refusal(400, "A cookie is 64 digits of lower-case hex"));
    auto domain = parse_domain(given.text(1));
    if (!domain) return std::unexpected(std::move(domain.error()));
    words.domain = *std::move(domain);
    return words;
}

/// The receipt is what its fields hold, all together; behind 4 lines it would not be one.
void reply_taken(SessionCore& core, Slot& slot, const TakenBundle& taken) {
    const std::string text = armor::encode_base64(as_bytes(taken.receipt));
    std::string_view left = text;
    for (; left.size() > kReceiptLineBytes; left.remove_prefix(kReceiptLineBytes))
        core.reply_more(slot, 273, "receipt=" + std::string(left.substr(0, kReceiptLineBytes)));
    core.reply(slot, 273, taken.id + " Stored receipt=" + std::string(left));
}

}  // namespace

void auth_cookie(SessionCore& core, const SlotPtr& slot, const Command& command) {
    auto words = read_cookie(command.arguments);
    if (!words) return core.refuse(*slot, words.error());
    auto& [cookie, issuer] = *words;
    if (issuer == core.domain())
        return core.refuse(*slot, refusal(403, "The issuer is served here: it needs no cookie"));
    if (!core.tls.exporter)
        return core.refuse(
            *slot, Error{421, "This TLS session has no exporter to bind the cookie to; use TLS3", {}, {}});
    core.progress(*slot, 301, code_spec(301).text);
    core.progress(*slot, 304, code_spec(304).text);
    core.ask<Done>(slot, ConfirmCookie{issuer, std::move(cookie), *core.tls.exporter},
                   [domain = issuer](SessionCore& c, const SlotPtr& s, Done) {
                       c.state = SessionState::remote;
                       c.account = domain;
                       c.challenge.reset();
                       c.reply(*s, 210, "Authentication accepted for mailer-daemon@" + domain);
                   });
}

void verify_cookie(SessionCore& core, const SlotPtr& slot, const Command& command) {
    auto words = read_cookie(command.arguments);
    if (!words) return core.refuse(*slot, words.error());
    auto binding = read_binding(command.arguments);
    if (!binding) return core.refuse(*slot, binding.error());
    core.ask<Done>(slot, CheckCookie{std::move(words->cookie), std::move(words->domain), *std::move(binding)},
                   [](SessionCore& c, const SlotPtr& s, Done) { c.reply(*s, 200, "Cookie confirmed"); });
}

void deliver_bundle(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const Arguments& given = command.arguments;
    auto destination = parse_domain(given.text(0));
    if (given.positional.front().items.size() != 1 || !given.named.empty() || !given.switches.empty())
        return core.refuse(*slot, refusal(400, "A server uses DELIVER TO <domain>, and nothing more"));
    if (!destination) return core.refuse(*slot, destination.error());
    const auto& passes_on = core.services().passes_on;
    if (*destination != core.domain() && !(passes_on && passes_on(core.account, *destination)))
        return core.refuse(*slot, refusal(450));
    Lane& lane = core.lane(command.pipeline);
    lane.delivery = std::make_shared<Delivery>();
    lane.delivery->purpose = DeliveryPurpose::bundle;
    lane.delivery->destination = *std::move(destination);
    lane.delivery->submit.account = core.account;
    lane.delivery->submit.delivery = ++core.last_delivery;
    core.reply(*slot, 270, code_spec(270).text);
}

std::optional<Error> incomplete_bundle(const Delivery& delivery) {
    const auto& parts = delivery.submit.parts;
    const bool is_one =
        parts.size() == 1 && (parts.front().type == kBundleType || parts.front().type == kReceiptType);
    if (is_one) return std::nullopt;
    return refusal(400, "A server delivers one part, of type " + std::string(kBundleType) + " or " +
                            std::string(kReceiptType));
}

void take_bundle(SessionCore& core, const SlotPtr& slot, const Delivery& delivery) {
    const SubmittedPart& part = delivery.submit.parts.front();
    const DeliveryId number = delivery.submit.delivery;
    if (part.type == kReceiptType) {
        core.ask<Done>(slot, TakeReceipt{number, core.account, part.number},
                       [](SessionCore& c, const SlotPtr& s, Done) { c.reply(*s, 200, "Booked"); });
        return;
    }
    core.ask<TakenBundle>(
        slot, TakeBundle{number, core.account, delivery.destination, part.number},
        [](SessionCore& c, const SlotPtr& s, const TakenBundle& taken) { reply_taken(c, *s, taken); });
}

}  // namespace immp::bridge
