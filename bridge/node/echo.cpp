#include "bridge/node/echo.hpp"

#include "armor/receipt.hpp"
#include "bridge/node/sealing.hpp"

namespace immp::bridge {
namespace {

/// A peer may store first and open later: it is asked this often, a second apart.
constexpr unsigned kQuestions = 10;

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

/// One echo under way; lives in the callbacks it hands out.
class Echo : public std::enable_shared_from_this<Echo> {
  public:
    Echo(const NodeServices& services, PeerLink& link, armor::Record record, Probe probe,
         Callback<std::chrono::milliseconds> done)
        : services_(services),
          link_(link),
          record_(std::move(record)),
          probe_(std::move(probe)),
          done_(std::move(done)) {}

    void send() {
        const armor::Route& route = probe_.head.route;
        link_.send_piece(route.destination,
                         BundlePiece{route.bundle_id, 0, probe_.octets.size(), probe_.octets}, heard());
    }

  private:
    Callback<BundleStatus> heard() {
        return [self = shared_from_this()](Result<BundleStatus> status) { self->judge(std::move(status)); };
    }

    void judge(Result<BundleStatus> status) {
        if (!status) return done_(std::unexpected(std::move(status.error())));
        if (status->receipt.empty() && questions_ < kQuestions) return ask_soon();
        if (status->receipt.empty())
            return done_(fail_for_now(720, "The peer stored the bundle and gave no receipt",
                                      std::chrono::seconds(60)));
        auto checked = check_echo(probe_, status->receipt, record_);
        if (!checked) return done_(std::unexpected(std::move(checked.error())));
        done_(
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun_));
    }

    void ask_soon() {
        ++questions_;
        services_.after(std::chrono::seconds(1), [self = shared_from_this()] {
            const armor::Route& route = self->probe_.head.route;
            self->link_.ask_bundle(route.destination, route.bundle_id, self->heard());
        });
    }

    const NodeServices& services_;
    PeerLink& link_;
    const armor::Record record_;
    const Probe probe_;
    Callback<std::chrono::milliseconds> done_;
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    unsigned questions_ = 0;
};

}  // namespace

void sealed_echo(const NodeServices& services, PeerLink& link, Trust& trust, HeldKeysPtr keys,
                 const std::string& domain, Callback<std::chrono::milliseconds> done) {
    trust.doubt(domain);  // What counts is the key that the peer shows now.
    trust.record_for(domain, [&services, &link, keys = std::move(keys),
                              done = std::move(done)](Result<armor::Record> record) mutable {
        if (!record) return done(std::unexpected(std::move(record.error())));
        auto probe = seal_probe(services, *keys, *record);
        if (!probe) return done(std::unexpected(std::move(probe.error())));
        std::make_shared<Echo>(services, link, std::move(*record), std::move(*probe), std::move(done))
            ->send();
    });
}

}  // namespace immp::bridge
