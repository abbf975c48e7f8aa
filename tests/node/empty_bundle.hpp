// A bundle without items, made by hand: what the link, the head's checks and the receipts do with it does not
// depend on what is inside.
#pragma once

#include "bridge/node/sealing.hpp"
#include "tests/node/house.hpp"

namespace immp::bridge {

struct EmptyBundle {
    std::string id;
    Bytes octets;
    std::size_t head_bytes = 0;
};

/// The keys that a house holds now.
inline HeldKeysPtr keys_of(House& house) {
    return *house.in_store<HeldKeysPtr>([&](Transaction& transaction) {
        return keep_keys(transaction, house.domain, house.wire.loop_.now());
    });
}

inline EmptyBundle seal_empty(const armor::Route& route, const HeldKeys& signer,
                              const armor::Record& destination, Time time) {
    const auto key = armor::ContentKey::random();
    armor::PayloadSealer sealer(key, route);
    const Bytes payload = sealer.finish();
    auto head = armor::make_head(route, key, sealer.sum(), destination, signer.signing, time);
    EXPECT_TRUE(head) << head.error().text;
    const std::string text = armor::head_text(*head);
    EmptyBundle made{route.bundle_id, Bytes(text.begin(), text.end()), text.size()};
    made.octets.insert(made.octets.end(), payload.begin(), payload.end());
    return made;
}

}  // namespace immp::bridge
