#include "armor/hop.hpp"

#include <span>

#include "armor/hex.hpp"
#include "armor/line_cursor.hpp"
#include "armor/names.hpp"
#include "armor/time_text.hpp"

namespace immp::armor {
namespace {

constexpr std::size_t kTimeBytes = 20;
constexpr std::size_t kDigestTextBytes = 64;
// Everything behind the domain: its length is fixed, and a domain holds no space.
constexpr std::size_t kTailBytes = 1 + kTimeBytes + 1 + kDigestTextBytes + 1 + kSignatureTextBytes;

std::string signed_text(const Hop& hop) {
    return hop.domain + " " + time_text(hop.time) + " " + encode_hex(hop.signer_fp);
}

Digest hop_digest(const Digest& bundle, std::span<const Hop> before, const Hop& hop) {
    Hasher hasher("IMMP1 hop");
    hasher.add(bundle);
    for (const Hop& earlier : before)
        hasher.add(hop_text(earlier) + "\n");
    hasher.add(signed_text(hop));
    return hasher.digest();
}

}  // namespace

std::string hop_text(const Hop& hop) {
    return signed_text(hop) + " " + signature_text(hop.signature);
}

Result<Hop> parse_hop(std::string_view line) {
    if (line.size() > kMaxHopBytes) return fail(413, "a hop is too long");
    if (line.size() <= kTailBytes) return fail(400, "not a hop");
    const std::string_view domain = line.substr(0, line.size() - kTailBytes);
    const std::string_view tail = line.substr(domain.size());
    constexpr std::size_t kDigestAt = 1 + kTimeBytes + 1;
    constexpr std::size_t kSignatureAt = kDigestAt + kDigestTextBytes + 1;
    if (!is_domain(domain) || tail[0] != ' ' || tail[kDigestAt - 1] != ' ' || tail[kSignatureAt - 1] != ' ')
        return fail(400, "not a hop");
    const auto time = parse_time(tail.substr(1, kTimeBytes));
    const auto signer = parse_digest(tail.substr(kDigestAt, kDigestTextBytes));
    const auto signature = parse_signature(tail.substr(kSignatureAt));
    if (!time || !signer || !signature) return fail(400, "not a hop");
    return Hop{std::string(domain), *time, *signer, *signature};
}

Result<Hop> make_hop(const Digest& bundle, const std::vector<Hop>& before, const std::string& domain,
                     std::chrono::sys_seconds time, const Digest& signer_fp, const SigningPair& signer) {
    if (before.size() >= kMaxHops) return fail(413, "too many hops");
    if (!is_domain(domain)) return fail(400, "no such form of a domain");
    Hop hop{domain, time, signer_fp, {}};
    hop.signature = sign(signer, hop_digest(bundle, before, hop));
    return hop;
}

Result<void> verify_hop(const Digest& bundle, const std::vector<Hop>& hops, std::size_t index,
                        const Record& relay) {
    const Hop& hop = hops.at(index);
    if (relay.claims().owner != Owner::kDomain || relay.claims().name != hop.domain ||
        relay.fingerprint() != hop.signer_fp)
        return fail(412, "the hop names another record");
    if (!verify(relay.claims().sign, hop_digest(bundle, std::span(hops).first(index), hop), hop.signature))
        return fail(422, "the hop's signature does not hold");
    return {};
}

}  // namespace immp::armor
