#include "bridge/client/login.hpp"

#include <algorithm>
#include <optional>

#include "armor/base64.hpp"
#include "armor/random.hpp"
#include "bridge/wire/prep.hpp"
#include "bridge/wire/reply.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::string_view kMethod = "scram-sha-256";

struct Challenge {
    std::string text;  // as signed
    Derivation derivation;
};

template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> base64_array(const std::optional<std::string>& text) {
    const auto octets = armor::decode_base64(text.value_or(""));
    if (!octets || octets->size() != N) return std::nullopt;
    std::array<std::uint8_t, N> array;
    std::ranges::copy(*octets, array.begin());
    return array;
}

std::optional<std::uint32_t> small_number(const std::optional<std::string>& text) {
    const auto number = parse_number(text.value_or(""));
    if (!number || *number > UINT32_MAX) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

bool offers(std::string_view methods, std::string_view method) {
    const std::string list = "," + std::string(methods) + ",";
    return list.find("," + std::string(method) + ",") != std::string::npos;
}

Outcome<Challenge> read_challenge(const Reply& reply) {
    const auto unusable = [](std::string_view what) {
        return failed(ExitStatus::protocol, "the server's login challenge has no usable " +
                                                std::string(what) + "; update client or server");
    };
    Challenge challenge;
    const auto begin = reply.text.starts_with("n1=") ? 0 : reply.text.find(" n1=");
    if (begin == std::string::npos) return unusable("nonce");
    challenge.text = reply.text.substr(begin == 0 ? 0 : begin + 1);
    if (reply.field("kda") != "argon2id" || reply.field("p") != "1") return unusable("key derivation");
    if (!offers(reply.field("k").value_or(""), kMethod)) return unusable("method (scram-sha-256)");
    const auto memory = small_number(reply.field("m"));
    const auto passes = small_number(reply.field("t"));
    if (!memory || !passes) return unusable("cost");
    challenge.derivation.cost = {*memory, *passes};
    const auto salt = base64_array<16>(reply.field("salt"));
    if (!salt) return unusable("salt");
    challenge.derivation.salt = *salt;
    return challenge;
}

Outcome<void> check_cost(const armor::Argon2Cost& cost, const armor::Argon2Cost& seen) {
    if (armor::client_accepts(cost, seen)) return {};
    const auto text = [](const armor::Argon2Cost& c) {
        return "m=" + std::to_string(c.memory_kib) + " t=" + std::to_string(c.passes);
    };
    if (armor::client_accepts(cost))
        return failed(ExitStatus::protocol,
                      "the server asks for a weaker password hash (" + text(cost) + ") than before (" +
                          text(seen) +
                          "); if its administrator says that is right: immp logout --force, then "
                          "immp login");
    return failed(ExitStatus::protocol,
                  "the server asks for a password hash outside the bounds (" + text(cost) +
                      "); its administrator must set m from 19456 to 1048576 and t from "
                      "2 to 16");
}

Failure refused_login(const Failure& failure) {
    if (failure.code != 402) return failure;
    return {ExitStatus::credentials,
            "the server refused the credentials; check address and password, then: immp login", 402};
}

}  // namespace

Outcome<armor::StretchedPassword> stretch_secret(const armor::SecretText& secret,
                                                 const Derivation& derivation) {
    auto normal = nfc(secret.view());
    if (!normal)
        return failed(ExitStatus::bad_input,
                      "the password is not UTF-8; check the terminal's or the file's "
                      "encoding");
    auto stretched = armor::stretch(armor::SecretText(std::move(*normal)), derivation.salt, derivation.cost);
    if (!stretched)
        return failed(ExitStatus::internal, "hashing the password needs " +
                                                std::to_string(derivation.cost.memory_kib / 1024) +
                                                " MiB of memory, which is not to be had; end other programs");
    return std::move(*stretched);
}

Outcome<Derivation> authenticate(Conversation& conversation, const Login& login) {
    std::string command = "AUTH SECRET " + as_token(login.account);
    if (!login.device.empty()) command += " " + as_quoted(login.device);
    if (auto sent = conversation.send(command); !sent) return std::unexpected(sent.error());
    if (auto begun = conversation.expect(302); !begun) return std::unexpected(refused_login(begun.error()));
    const auto reply = conversation.expect(303);
    if (!reply) return std::unexpected(refused_login(reply.error()));
    const auto challenge = read_challenge(*reply);
    if (!challenge) return std::unexpected(challenge.error());
    if (auto fair = check_cost(challenge->derivation.cost, login.seen); !fair)
        return std::unexpected(fair.error());
    const auto h = stretch_secret(login.secret, challenge->derivation);
    if (!h) return std::unexpected(h.error());

    const auto exporter = conversation.transport().exporter();
    const armor::AuthExchange exchange{login.account, login.device, challenge->text,
                                       armor::encode_base64(armor::random_array<18>()),
                                       exporter ? armor::encode_base64(*exporter) : std::string()};
    const std::string signed_text = armor::auth_message(exchange);
    std::string response = "AUTH RESPONSE SCRAM " +
                           armor::encode_base64(armor::client_proof(*h, signed_text)) + " NONCE " +
                           exchange.nonce;
    if (exporter) response += " CB " + exchange.binding;
    if (auto sent = conversation.send(response); !sent) return std::unexpected(sent.error());
    const auto accepted = conversation.expect(210);
    if (!accepted) return std::unexpected(refused_login(accepted.error()));
    const auto signature = base64_array<32>(accepted->field("v"));
    if (!signature || !armor::server_proved(*h, signed_text, *signature))
        return failed(ExitStatus::protocol,
                      "the server could not prove that it knows this account's password; it may be an "
                      "impostor, tell the administrator");
    return challenge->derivation;
}

}  // namespace immp::bridge::client
