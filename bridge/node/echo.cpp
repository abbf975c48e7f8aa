#include "bridge/node/echo.hpp"

#include "armor/receipt.hpp"
#include "bridge/node/sealing.hpp"

namespace immp::bridge {
namespace {

Result<void> check_echo(const Probe& probe, const Bytes& octets, const armor::Record& record) {
    auto receipt = armor::parse_receipt(octets);
    if (!receipt) return std::unexpected(std::move(receipt.error()));
    auto verified =
        armor::verify_receipt(*receipt, probe.head.route, armor::bundle_digest(probe.head), record);
    if (!verified) return verified;
    if (receipt->code != 275) return fail(receipt->code, "The peer refused the bundle");
    auto outcomes = armor::open_answer(receipt->answer, probe.key, probe.head.route, {});
    if (!outcomes) return std::unexpected(std::move(outcomes.error()));
    return {};
}

}  // namespace

void sealed_echo(const NodeServices& services, PeerLink& link, Trust& trust, HeldKeysPtr keys,
                 std::string domain, Callback<std::chrono::milliseconds> done) {
    using Clock = std::chrono::steady_clock;
    trust.record_for(domain, [&services, &link, keys, domain,
                              done = std::move(done)](Result<armor::Record> record) mutable {
        if (!record) return done(std::unexpected(std::move(record.error())));
        auto sealed = seal_probe(services, *keys, *record);
        if (!sealed) return done(std::unexpected(std::move(sealed.error())));
        auto probe = std::make_shared<const Probe>(std::move(*sealed));
        BundlePiece piece{probe->head.route.bundle_id, 0, probe->octets.size(), probe->octets};
        link.send_piece(domain, std::move(piece),
                        [probe, record = std::move(*record), begun = Clock::now(),
                         done = std::move(done)](Result<BundleStatus> status) mutable {
                            if (!status) return done(std::unexpected(std::move(status.error())));
                            auto checked = check_echo(*probe, status->receipt, record);
                            if (!checked) return done(std::unexpected(std::move(checked.error())));
                            done(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun));
                        });
    });
}

}  // namespace immp::bridge
