#include "bridge/session/auth.hpp"

#include <algorithm>

#include "armor/base64.hpp"
#include "bridge/session/handlers.hpp"

namespace immp::bridge {
namespace {

constexpr std::size_t kNonceBytes = 18;
constexpr std::size_t kBindingBytes = 32;
constexpr std::size_t kMaxDeviceBytes = 255;

std::string challenge_line(const SessionServices& services, const Credential& credential) {
    return "n1=" + services.uuid() + " n2=" + std::to_string(services.now().time_since_epoch().count()) +
           " kda=argon2id m=" + std::to_string(credential.cost.memory_kib) +
           " t=" + std::to_string(credential.cost.passes) +
           " p=1 salt=" + armor::encode_base64(credential.salt) + " k=scram-sha-256";
}

struct ScramAnswer {
    armor::ScramProof proof{};
    armor::AuthExchange exchange;
    std::optional<Bytes> binding;
};

Result<Bytes> decode(std::string_view text, std::size_t bytes) {
    auto octets = armor::decode_base64(text);
    if (!octets) return std::unexpected(refusal(415, "Bad base64"));
    if (octets->size() != bytes) return std::unexpected(refusal(400, "A value has the wrong length"));
    return octets;
}

Result<ScramAnswer> read_answer(const Challenge& challenge, const Arguments& given) {
    const auto nonce = given.value("NONCE");
    if (!nonce) return std::unexpected(refusal(400, "NONCE is missing"));
    const auto proof = decode(*given.value("SCRAM"), std::tuple_size_v<armor::ScramProof>);
    if (!proof) return std::unexpected(proof.error());
    if (const auto octets = decode(*nonce, kNonceBytes); !octets) return std::unexpected(octets.error());
    ScramAnswer answer;
    std::ranges::copy(*proof, answer.proof.begin());
    answer.exchange = {challenge.account_sent, challenge.device, challenge.line, std::string(*nonce), ""};
    if (const auto binding = given.value("CB")) {
        auto octets = decode(*binding, kBindingBytes);
        if (!octets) return std::unexpected(octets.error());
        answer.binding = *std::move(octets);
        answer.exchange.binding = *binding;
    }
    return answer;
}

}  // namespace

void auth_secret(SessionCore& core, const SlotPtr& slot, const Command& command) {
    core.challenge.reset();
    std::string sent = command.arguments.text(0);
    std::string device = command.arguments.text(1);
    const auto imid = parse_imid(sent);
    if (!imid) return core.refuse(*slot, imid.error());
    if (imid->local.empty() || imid->text() != imid->account())
        return core.refuse(*slot, refusal(400, "An account is local@domain"));
    if (imid->domain != core.domain()) return core.refuse(*slot, refusal(450));
    if (device.size() > kMaxDeviceBytes)
        return core.refuse(*slot, refusal(400, "The device name is too long"));
    core.progress(*slot, 302, code_spec(302).text);
    const std::string account = imid->account();
    core.ask<Credential>(slot, LookUpCredential{account, device},
                         [account, sent, device](SessionCore& c, const SlotPtr& s, Credential credential) {
                             std::string line = challenge_line(c.services(), credential);
                             c.reply(*s, 303, line);
                             c.challenge = Challenge{account, sent, device, line, std::move(credential)};
                         });
}

void auth_response(SessionCore& core, const SlotPtr& slot, const Command& command) {
    if (!core.challenge)
        return core.refuse(*slot, refusal(405, "AUTH SECRET first; a challenge serves one answer"));
    const Challenge challenge = *std::exchange(core.challenge, std::nullopt);
    const Arguments& given = command.arguments;
    const bool draft_form = !given.positional.empty();
    if (draft_form == given.value("SCRAM").has_value() || (draft_form && !given.named.empty()))
        return core.refuse(*slot, refusal(400, "Use AUTH RESPONSE " + std::string(command.spec->synopsis)));
    // The draft's K needs a hash as good as a password; no account is kept that way, and k= does not offer
    // it.
    if (draft_form) return core.refuse(*slot, refusal(402));
    const auto answer = read_answer(challenge, given);
    if (!answer) return core.refuse(*slot, answer.error());
    const std::string signed_text = armor::auth_message(answer->exchange);
    const bool proved = armor::proof_holds(challenge.credential.keys, signed_text, answer->proof);
    const bool bound = !answer->binding || answer->binding == core.tls.exporter;
    if (!proved || !bound) return core.refuse(*slot, refusal(402));
    const auto signature = armor::server_signature(challenge.credential.keys, signed_text);
    std::string accepted =
        "Authentication accepted for " + challenge.account + " v=" + armor::encode_base64(signature);
    core.ask<Done>(slot, RecordLogin{challenge.account, challenge.device},
                   [account = challenge.account, accepted](SessionCore& c, const SlotPtr& s, Done) {
                       c.state = SessionState::local;
                       c.account = account;
                       c.reply(*s, 210, accepted);
                   });
}

}  // namespace immp::bridge
