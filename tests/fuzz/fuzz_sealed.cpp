// layer: mail
// The head, the plaintext and the whole of sealed content: what is found does not depend on the pieces.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "armor/sealed.hpp"
#include "bridge/mail/content_opener.hpp"

namespace {

using namespace immp;

std::string outcome(const Result<void>& result) {
    return result ? "ok" : std::to_string(result.error().code) + result.error().text;
}

Result<void> ignore(const bridge::Part& part, ByteView) {
    if (part.id.empty()) std::abort();
    return {};
}

template <class Machine>
std::string feed(Machine& machine, ByteView octets, std::size_t piece) {
    for (std::size_t at = 0; at < octets.size(); at += piece)
        if (const auto taken = machine.append(octets.subspan(at, std::min(piece, octets.size() - at)));
            !taken)
            return outcome(taken);
    return outcome(machine.finish());
}

std::string read_plain(ByteView octets, std::size_t piece) {
    bridge::SealedPlainReader reader(octets.size(), ignore);
    return feed(reader, octets, piece);
}

/// bob's keys in the seeds.
std::string open_whole(ByteView octets, const armor::HeldSeal& held, std::size_t piece) {
    bridge::ContentOpener opener(octets.size(), "bob@b.example", {&held, 1}, ignore);
    return feed(opener, octets, piece);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView octets(data, size);
    const auto head = armor::parse_sealed_head(as_text(octets));
    if (head && *head && armor::sealed_head_text((*head)->boxes) != (*head)->text) std::abort();
    if (read_plain(octets, 1) != read_plain(octets, size + 1)) std::abort();
    armor::SecretBytes<32> secret;
    std::ranges::fill(secret.fill(), 0x52);
    armor::HeldSeal held{{}, armor::SealingPair::from_secret(secret)};
    if (head && *head) held.fingerprint = (*head)->boxes.front().key;
    if (open_whole(octets, held, 1) != open_whole(octets, held, size + 1)) std::abort();
    return 0;
}
