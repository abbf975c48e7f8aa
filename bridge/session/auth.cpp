#include "bridge/session/auth.hpp"

#include <algorithm>

#include "armor/base64.hpp"
#include "bridge/session/handlers.hpp"

namespace immp::bridge {
namespace {

constexpr std::size_t kNonceBytes = 18;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kDraftProofBytes = 40;
constexpr std::size_t kMaxDeviceBytes = 255;

std::string challenge_line(const Challenge& challenge) {
    const Credential& credential = challenge.credential;
    return "n1=" + challenge.n1 + " n2=" + challenge.n2 +
           " kda=argon2id m=" + std::to_string(credential.cost.memory_kib) +
           " t=" + std::to_string(credential.cost.passes) +
           " p=1 salt=" + armor::encode_base64(credential.salt) + " k=scram-sha-256" +
           (credential.hash ? ",sha1" : "");
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
        auto octets = decode(*binding, kExporterBytes);
        if (!octets) return std::unexpected(octets.error());
        answer.binding = *std::move(octets);
        answer.exchange.binding = *binding;
    }
    return answer;
}

bool is_draft_proof(std::string_view text) {
    return text.size() == kDraftProofBytes &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Worked out for every account, so that the time does not tell which of them have a hash.
bool draft_holds(const Challenge& challenge, std::string_view proof) {
    const Credential& credential = challenge.credential;
    const armor::StretchedPassword& h = credential.hash ? *credential.hash : credential.keys.stored_key;
    return armor::draft_proof_holds(h, challenge.n1, challenge.n2, proof) && credential.hash.has_value();
}

// The credentials were right: once that is recorded the session is the account's.
void enter(SessionCore& core, const SlotPtr& slot, Challenge challenge, std::string accepted) {
    RecordLogin login{challenge.account, challenge.device, challenge.credential.keys.stored_key.clone()};
    core.ask<Done>(slot, std::move(login),
                   [challenge = std::make_shared<Challenge>(std::move(challenge)),
                    accepted = std::move(accepted)](SessionCore& c, const SlotPtr& s, Done) {
                       c.state = SessionState::local;
                       c.account = challenge->account;
                       Credential& proved = challenge->credential;
                       if (!proved.of_device)
                           c.password.emplace(proved.cost, std::move(proved.keys.stored_key));
                       c.reply(*s, 210, accepted);
                   });
}

void answer_draft(SessionCore& core, const SlotPtr& slot, Challenge challenge, const std::string& proof) {
    if (!is_draft_proof(proof))
        return core.refuse(*slot, refusal(400, "The draft's proof is 40 digits of lower-case hex"));
    if (!draft_holds(challenge, proof)) return core.refuse(*slot, refusal(402));
    std::string accepted = "Authentication accepted for " + challenge.account;
    enter(core, slot, std::move(challenge), std::move(accepted));
}

void answer_scram(SessionCore& core, const SlotPtr& slot, Challenge challenge, const Arguments& given) {
    const auto answer = read_answer(challenge, given);
    if (!answer) return core.refuse(*slot, answer.error());
    const std::string signed_text = armor::auth_message(answer->exchange);
    const armor::ScramKeys& keys = challenge.credential.keys;
    const bool proved = armor::proof_holds(keys, signed_text, answer->proof);
    const bool bound = !answer->binding || answer->binding == core.tls.exporter;
    if (!proved || !bound) return core.refuse(*slot, refusal(402));
    std::string accepted = "Authentication accepted for " + challenge.account +
                           " v=" + armor::encode_base64(armor::server_signature(keys, signed_text));
    enter(core, slot, std::move(challenge), std::move(accepted));
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
    core.ask<Credential>(
        slot, LookUpCredential{account, device},
        [account, sent, device](SessionCore& c, const SlotPtr& s, Credential credential) {
            const auto now = c.services().now().time_since_epoch().count();
            Challenge made{
                account, sent, device, c.services().uuid(), std::to_string(now), "", std::move(credential)};
            made.line = challenge_line(made);
            c.reply(*s, 303, made.line);
            c.challenge = std::move(made);
        });
}

void auth_response(SessionCore& core, const SlotPtr& slot, const Command& command) {
    if (!core.challenge)
        return core.refuse(*slot, refusal(405, "AUTH SECRET first; a challenge serves one answer"));
    Challenge challenge = *std::exchange(core.challenge, std::nullopt);
    const Arguments& given = command.arguments;
    const bool draft_form = !given.positional.empty();
    if (draft_form == given.value("SCRAM").has_value() || (draft_form && !given.named.empty()))
        return core.refuse(*slot, refusal(400, "Use AUTH RESPONSE " + std::string(command.spec->synopsis)));
    if (draft_form) return answer_draft(core, slot, std::move(challenge), given.text(0));
    answer_scram(core, slot, std::move(challenge), given);
}

void auth_renew(SessionCore& core, const SlotPtr& slot, const Command& command) {
    // Whoever finds a device's secret must not outlive its revocation by a password of his own.
    if (!core.password)
        return core.refuse(*slot, refusal(403,
                                          "Log in with the password to change it; a device's own "
                                          "secret does not"));
    armor::ScramKeys renewed;
    for (const auto& [at, key] : {std::pair{0U, &renewed.stored_key}, std::pair{1U, &renewed.server_key}}) {
        const auto octets = decode(command.arguments.text(at), kKeyBytes);
        if (!octets) return core.refuse(*slot, octets.error());
        std::ranges::copy(*octets, key->fill().begin());
    }
    auto kept = std::make_shared<armor::SecretBytes<32>>(renewed.stored_key.clone());
    core.ask<Done>(slot,
                   RenewPassword{core.account, core.password->cost, core.password->stored_key.clone(),
                                 std::move(renewed)},
                   [kept](SessionCore& c, const SlotPtr& s, Done) {
                       c.password->stored_key = std::move(*kept);
                       c.reply(*s, 200, "Password changed");
                   });
}

}  // namespace immp::bridge
