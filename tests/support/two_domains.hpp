// Keys and records of two domains, the same in every run, for tests and vectors of armor/.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "armor/base64.hpp"
#include "armor/bundle.hpp"
#include "armor/key_record.hpp"
#include "armor/time_text.hpp"

namespace immp::tests {

inline std::chrono::sys_seconds at(std::string_view text) {
    return armor::parse_time(text).value();
}

/// A secret that is the same octet 32 times.
inline armor::SecretBytes<32> secret_of(std::uint8_t octet) {
    armor::SecretBytes<32> secret;
    std::ranges::fill(secret.fill(), octet);
    return secret;
}

struct TestDomain {
    std::string name;
    armor::SigningPair sign;
    armor::SealingPair seal;
    armor::RecordClaims claims;
    armor::Record record;

    [[nodiscard]] armor::HeldSeal held() const {
        return {record.fingerprint(), armor::SealingPair::from_secret(seal.secret)};
    }
};

inline TestDomain test_domain(std::string name, std::uint8_t seed) {
    auto sign = armor::SigningPair::from_seed(secret_of(seed));
    auto seal = armor::SealingPair::from_secret(secret_of(static_cast<std::uint8_t>(seed + 1)));
    armor::RecordClaims claims;
    claims.name = name;
    claims.serial = 1;
    claims.sign = sign.open;
    claims.seal = seal.open;
    claims.not_before = at("2026-01-01T00:00:00Z");
    claims.not_after = at("2027-01-01T00:00:00Z");
    auto record = armor::Record::make(claims, sign).value();
    return {std::move(name), std::move(sign), std::move(seal), std::move(claims), std::move(record)};
}

inline TestDomain a_example() {
    return test_domain("a.example", 0x11);
}
inline TestDomain b_example() {
    return test_domain("b.example", 0x21);
}

inline armor::Route test_route(const TestDomain& from, const TestDomain& to) {
    return {from.name, to.name, "6f1d0c52-8f5e-4b0a-9a43-0d6c1f5e2b77", from.record.fingerprint(),
            to.record.fingerprint()};
}

struct TestBundle {
    armor::ContentKey key;
    armor::Head head;
    std::string payload;

    [[nodiscard]] std::string text() const { return armor::head_text(head) + payload; }
};

inline TestBundle seal_bundle(const TestDomain& from, const TestDomain& to, std::string_view plain) {
    const armor::Route route = test_route(from, to);
    auto key = secret_of(0x31);
    armor::PayloadSealer sealer(key, route);
    std::string payload(as_text(sealer.append(as_bytes(plain))));
    payload += as_text(sealer.finish());
    auto head =
        armor::make_head(route, key, sealer.sum(), to.record, from.sign, at("2026-03-01T12:00:00Z")).value();
    return {std::move(key), std::move(head), std::move(payload)};
}

}  // namespace immp::tests
