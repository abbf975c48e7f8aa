// Sealed content of alice@a.example to bob@b.example, whole or wrong in one place.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "armor/base64.hpp"
#include "armor/hex.hpp"
#include "armor/padding.hpp"
#include "armor/payload.hpp"
#include "armor/sealed.hpp"
#include "bridge/mail/content_sealer.hpp"
#include "tests/support/two_domains.hpp"

namespace immp::tests {

struct TestUser {
    std::string imid;
    armor::SigningPair sign;
    armor::SealingPair seal;
    armor::Record record;

    [[nodiscard]] armor::HeldSeal held() const {
        return {record.fingerprint(), armor::SealingPair::from_secret(seal.secret)};
    }
    [[nodiscard]] bridge::SealRecipient recipient() const { return {imid, record.fingerprint(), seal.open}; }
};

inline TestUser test_user(const std::string& imid, std::uint8_t seed) {
    auto sign = armor::SigningPair::from_seed(secret_of(seed));
    auto seal = armor::SealingPair::from_secret(secret_of(static_cast<std::uint8_t>(seed + 1)));
    armor::RecordClaims claims = a_example().claims;
    claims.owner = armor::Owner::kUser;
    claims.name = imid;
    claims.sign = sign.open;
    claims.seal = seal.open;
    auto record = armor::Record::make(claims, sign).value();
    return {imid, std::move(sign), std::move(seal), std::move(record)};
}

inline TestUser alice() {
    return test_user("alice@a.example", 0x41);
}
inline TestUser bob() {
    return test_user("bob@b.example", 0x51);
}

inline constexpr const char* kSealedId = "6f1d0c52-8f5e-4b0a-9a43-0d6c1f5e2b77";

/// Its parts of the plaintext, to be changed before it is sealed.
struct RawSealed {
    std::vector<bridge::SealRecipient> boxes;
    armor::Seal seal;
    std::string seal_json;  // made of `seal` where empty
    std::string content_json;
    std::string bodies;
    std::string behind;  // in place of the zeros, where not empty
    armor::SecretBytes<32> key = secret_of(0x31);
};

inline RawSealed raw_sealed(
    std::string bodies = "Hello Bob,\nread this alone.\nPNG",
    std::string content_json =
        R"({"subject":"For you","parts":[)"
        R"({"id":"part-1","type":"text/plain; charset=utf-8","class":"content","length":28},)"
        R"({"id":"empty","type":"application/octet-stream","length":0},)"
        R"({"id":"logo.png","type":"image/png","length":3}]})") {
    RawSealed raw;
    raw.content_json = std::move(content_json);
    raw.bodies = std::move(bodies);
    raw.boxes = {bob().recipient(), alice().recipient()};
    bridge::SealedDigest digest(raw.content_json);
    digest.add(as_bytes(raw.bodies));
    raw.seal = {kSealedId, alice().imid, alice().record, digest.digest(), {}};
    for (const auto& each : raw.boxes)
        raw.seal.to.push_back({each.imid, each.key, {}});
    return raw;
}

inline std::string length_and(const std::string& json) {
    const auto size = static_cast<std::uint32_t>(json.size());
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8)
        text += static_cast<char>(size >> shift);
    return text + json;
}

/// The plaintext with its zeros, signed by alice where it has no JSON yet.
inline std::string plain_of(RawSealed& raw) {
    if (raw.seal_json.empty()) raw.seal_json = armor::sign_seal(raw.seal, alice().sign).value();
    std::string plain = length_and(raw.seal_json) + length_and(raw.content_json) + raw.bodies;
    const std::size_t padded = armor::padded_bytes(plain.size());
    plain += raw.behind;
    plain.resize(std::max(padded, plain.size()));
    return plain;
}

inline std::string head_of(const RawSealed& raw) {
    std::vector<armor::SealedBox> boxes;
    for (const auto& each : raw.boxes)
        boxes.push_back(armor::make_sealed_box(raw.key, each.key, each.seal).value());
    return armor::sealed_head_text(boxes);
}

inline std::string seal_plain(const armor::SecretBytes<32>& key, const std::string& head,
                              const std::string& plain) {
    armor::PayloadSealer sealer(armor::sealed_stream_key(key, head), armor::sealed_stream_header(key));
    std::string text = head;
    text += as_text(sealer.append(as_bytes(plain)));
    text += as_text(sealer.finish());
    return text;
}

inline std::string sealed_text(RawSealed raw = raw_sealed()) {
    const std::string head = head_of(raw);
    return seal_plain(raw.key, head, plain_of(raw));
}

}  // namespace immp::tests
