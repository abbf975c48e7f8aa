// A gateway between two domains that do not reach each other: c.example behind a.example, b.example beyond.
#pragma once

#include "armor/bundle.hpp"
#include "tests/node/empty_bundle.hpp"

namespace immp::bridge {

inline Routes gateway() {
    return {{}, {"c.example"}};
}
inline Routes via_a(const std::string& domain) {
    return {{{domain, {Way::via, {}, 0, "a.example"}}}, {}};
}

class Gateway : public TwoDomains {
  protected:
    Gateway() : c_(wire_, "c.example", directory_ / "c") {
        c_.add_account("cecil@c.example");
        a_.routes = gateway();
        b_.routes = via_a("c.example");
        c_.routes = via_a("*");
        for (House* house : {&a_, &b_, &c_})
            house->restart();
        raise_links();
        c_.link_up();
    }

    /// What a house says to a piece that another domain brings.
    Result<BundleStatus> bring(House& to, const std::string& from, const EmptyBundle& bundle, Bytes octets) {
        std::optional<Result<BundleStatus>> status;
        const std::uint64_t of = octets.size();
        to.node->on_piece(from, "immp." + from, BundlePiece{bundle.id, 0, of, std::move(octets)},
                          [&](Result<BundleStatus> said) { status = std::move(said); });
        EXPECT_TRUE(loop_.run_until([&] { return status.has_value(); }));
        return std::move(*status);
    }
    EmptyBundle sealed(House& from, House& to) {
        const auto keys = keys_of(from);
        const auto there = keys_of(to);
        return seal_empty({from.domain, to.domain, armor::random_uuid(), keys->record.fingerprint(),
                           there->record.fingerprint()},
                          *keys, there->record, loop_.now());
    }
    /// The heads that went from a.example, of bundles that others made.
    std::vector<armor::Head> passed_on() {
        std::vector<armor::Head> heads;
        for (const auto& [from, piece] : wire_.pieces) {
            if (from != "a.example" || piece.at != 0) continue;
            auto parsed = armor::parse_head(piece.octets);
            if (parsed && *parsed) heads.push_back((*parsed)->head);
        }
        return heads;
    }

    House c_;
};

}  // namespace immp::bridge
